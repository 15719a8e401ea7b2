import { rangeText, type UnderstoryError } from '@understory/core';
import type {
  Comparison,
  EvaluatedMetric,
  EvaluationRecord,
  EvaluationSummary,
  FailedItem,
  MetricSummary,
} from '@understory/studies';
import {
  count,
  meanText,
  number,
  paperAreasFor,
  percent,
  probability,
  range,
  splitComparisons,
  verdict,
} from '@understory/studies/results';
import { exampleText, type Example } from '../examples.ts';
import { dataUri } from '../figures/data-uri.ts';
import type { Figure } from '../figures/figure.ts';
import type { Palette } from '../figures/palette.ts';
import { findings } from './findings.ts';
import { html, type Html } from '../html.ts';
import { facts } from '../page/facts.ts';
import { failures } from '../page/failures.ts';
import { figureBlock } from '../page/figure-block.ts';
import { findingsList } from '../page/findings-list.ts';
import { frame } from '../page/frame.ts';
import { notesOf } from '../page/notes-of.ts';
import { optionRows, provenance } from '../page/provenance.ts';
import { remarks } from '../page/remarks.ts';
import { thePaper } from '../page/the-paper.ts';
import type { Headline } from '../reported-run.ts';

export interface Page {
  readonly record: EvaluationRecord;
  readonly summary: EvaluationSummary;
  readonly failed: readonly FailedItem[];
  /** Whether the run has done all that it set out to do; undefined where the folder does not say. */
  readonly isComplete: boolean | undefined;
  /** Which images have no result, in words. */
  readonly missing?: string | undefined;
  readonly problems: readonly UnderstoryError[];
  readonly examples: readonly Example[];
  readonly examplesFigure: Figure | undefined;
  /** By metric, in the order in which they are shown. */
  readonly figures: ReadonlyMap<string, readonly Figure[]>;
  readonly palette: Palette;
}

/** One HTML document that needs nothing beside itself. */
export function page(content: Page): string {
  const { record, summary, figures } = content;
  const { dataset } = record.parameters;
  const title = `How faithful are explanations of ${record.model.name}?`;
  const sections = summary.metrics.map((found) => {
    const metric = record.parameters.metrics.find(({ name }) => name === found.metric);
    return metric === undefined ? null : metricSection(content, metric, found, figures.get(found.metric) ?? []);
  });
  const hasPaper = record.parameters.metrics.some((metric) => paperAreasFor(metric, record.parameters) !== null);
  return frame({
    title,
    notes: notesOf(record),
    head: html`<p class="quiet">
        The faithfulness of heat maps, measured on ${count(summary.images, 'image')} of ${dataset.name}.
      </p>
      ${hasPaper && thePaper} ${atAGlance(content)} ${remarks(content, { done })}`,
    main: html`${examplesSection(content)} ${sections} ${failures(content.failed, { done })} ${parameters(record)}`,
    footer: html`Intervals are 95 % confidence intervals: BCa bootstrap for means, Wilson’s for proportions. Differences
    are paired by image and tested with a sign-flip permutation test; p-values are Holm-corrected over all comparisons
    on this page.`,
    version: record.versions['understory'],
  });
}

const done = 'evaluated';

/** What each metric says and its means; the first figure. */
export function headline(content: Pick<Page, 'record' | 'summary' | 'palette' | 'figures'>): Headline {
  const { record, summary, figures } = content;
  const known = summary.metrics.flatMap((found) => {
    const metric = record.parameters.metrics.find(({ name }) => name === found.metric);
    return metric === undefined ? [] : [{ metric, found }];
  });
  return {
    done,
    lead: findingsList(known.flatMap(({ metric, found }) => findings(metric, found))),
    tables: known.map(({ metric, found }) => meansTable(metric, found, content)),
    figure: [...figures.values()].flat()[0],
  };
}

function atAGlance({ record, summary }: Page): Html {
  const { accuracy } = summary;
  const known = accuracy.n > 0;
  const items: readonly (readonly [string, string])[] = [
    ['Network', record.model.name],
    ['Data set', record.parameters.dataset.name],
    ['Images', String(summary.images)],
    ...(known
      ? [['Correct predictions', `${accuracy.correct} of ${accuracy.n}, ${percent(accuracy.share)}`] as const]
      : []),
    ['Explainers', record.parameters.explainers.map(({ name }) => name).join(', ')],
  ];
  return facts(items);
}

function examplesSection({ examples, examplesFigure }: Page): Html | null {
  const [first] = examples;
  if (first === undefined || examplesFigure === undefined) return null;
  const explainers = first.maps.map(({ explainer }) => explainer);
  const small = examples.every(({ width }) => width < 200);
  const image = (png: Uint8Array, alt: string) =>
    html`<td><img class="${small ? 'pixels' : 'photo'}" src="${dataUri('image/png', png)}" alt="${alt}" /></td>`;
  return html`<section>
    <h2>${examplesFigure.title}</h2>
    <figure>
      <div class="scroll">
        <table class="examples">
          <thead>
            <tr>
              <th scope="col">Prediction</th>
              <th scope="col">Image</th>
              ${explainers.map(
                (name) =>
                  html`<th scope="col">${name}</th>
                    <th scope="col">over the image</th>`,
              )}
            </tr>
          </thead>
          <tbody>
            ${examples.map(
              (example) =>
                html`<tr>
                  <td class="words">${mark(example.record.correct)} ${exampleText(example.record)}</td>
                  ${image(example.picture, `${example.record.item}: ${exampleText(example.record)}`)}
                  ${example.maps.map(
                    ({ explainer, map, overlay }) =>
                      html`${image(map, `Heat map of ${explainer} for ${example.record.item}`)}
                      ${image(overlay, `The same map over ${example.record.item}`)}`,
                  )}
                </tr>`,
            )}
          </tbody>
        </table>
      </div>
      <figcaption>${examplesFigure.caption}</figcaption>
    </figure>
  </section>`;
}

function mark(correct: boolean | null): Html | null {
  if (correct === null) return null;
  return correct
    ? html`<span class="better">✓ correct</span><br />`
    : html`<span class="worse">✗ incorrect</span><br />`;
}

function metricSection(content: Page, metric: EvaluatedMetric, found: MetricSummary, figures: readonly Figure[]): Html {
  const said = findings(metric, found);
  const direction = found.better === 'neither' ? '' : ` ${found.better === 'lower' ? 'Lower' : 'Higher'} is better.`;
  return html`<section>
    <h2>${metric.title}${metric.name === metric.id ? '' : html` <small class="quiet">${metric.name}</small>`}</h2>
    <p>
      ${metric.description}${direction}
      ${metric.reference && html`<span class="quiet">Reference: ${metric.reference}.</span>`}
      ${metric.preset !== null && html`<span class="quiet">Preset <code>${metric.preset}</code>.</span>`}
    </p>
    ${said.length > 0 && findingsList(said)} ${meansTable(metric, found, content)} ${comparisonTables(found)}
    ${figures.map(figureBlock)}
  </section>`;
}

function valuesOf(metric: EvaluatedMetric): string {
  return metric.range === undefined ? '' : `; values: ${rangeText({ ...metric, range: metric.range })}`;
}

function meansTable(
  metric: EvaluatedMetric,
  { explainers, better }: MetricSummary,
  { record, palette }: Pick<Page, 'record' | 'palette'>,
): Html {
  const paperAreas = paperAreasFor(metric, record.parameters);
  const hasFlat = explainers.some(({ flat }) => flat > 0);
  return html`<div class="scroll">
    <table>
      <caption>
        ${metric.title}, mean over images${better === 'neither' ? '' : `; ${better} is better`}${valuesOf(metric)}
      </caption>
      <thead>
        <tr>
          <th scope="col">Explainer</th>
          <th scope="col">Mean</th>
          <th scope="col">95 % interval</th>
          <th scope="col">Median</th>
          <th scope="col">Deviation</th>
          <th scope="col">Images</th>
          <th scope="col">Undefined</th>
          ${hasFlat && html`<th scope="col">Of which flat maps</th>`}
          ${paperAreas && html`<th scope="col">The paper,<br />its network</th>`}
        </tr>
      </thead>
      <tbody>
        ${explainers.map(
          (each) =>
            html`<tr>
              <th scope="row">
                <span class="swatch" style="background: ${palette.colour(each.explainer)}"></span>${each.explainer}
              </th>
              <td><strong>${meanText(each)}</strong></td>
              <td>${range(each.interval)}</td>
              <td>${number(each.quartiles?.[1])}</td>
              <td>${number(each.deviation)}</td>
              <td>${each.n}</td>
              <td>${each.undefined}</td>
              ${hasFlat && html`<td>${each.flat}</td>`}
              ${paperAreas && html`<td>${number(paperAreas[each.explainer])}</td>`}
            </tr>`,
        )}
      </tbody>
    </table>
    ${
      paperAreas &&
      html`<p class="quiet">
        The last column is what the paper reports in section 5.2, for the first 100 images of CIFAR-10 and the paper’s
        own network.
      </p>`
    }
    ${
      explainers.some(({ reasons }) => reasons.length > 0) &&
      html`<p class="quiet">
        Undefined:
        ${explainers
          .flatMap(({ explainer, reasons }) =>
            reasons.map((each) => `${explainer}, ${each.count} times: ${each.reason}`),
          )
          .join('; ')}.
      </p>`
    }
  </div>`;
}

function comparisonTables(summary: MetricSummary): readonly (Html | null)[] {
  const { withReference, others } = splitComparisons(summary);
  return [
    comparisonsTable(withReference, summary, `Paired differences from ${summary.reference} on the same images`),
    comparisonsTable(others, summary, 'Paired differences between the other explainers on the same images'),
  ];
}

function comparisonsTable(comparisons: readonly Comparison[], { better }: MetricSummary, caption: string): Html | null {
  if (comparisons.length === 0) return null;
  const hasExcluded = comparisons.some(({ excluded }) => excluded > 0);
  return html`<div class="scroll">
    <table class="pairs">
      <caption>
        ${caption}
      </caption>
      <thead>
        <tr>
          <th scope="col">Explainer</th>
          <th scope="col" class="words">Minus</th>
          <th scope="col">Difference</th>
          <th scope="col">95 % interval</th>
          <th scope="col">Effect size dz</th>
          <th scope="col">p</th>
          <th scope="col">p (Holm)</th>
          <th scope="col">Images</th>
          ${hasExcluded && html`<th scope="col">Excluded</th>`}
          <th scope="col" class="words">Explainer is</th>
        </tr>
      </thead>
      <tbody>
        ${comparisons.map(
          (each) =>
            html`<tr>
              <th scope="row">${each.explainer}</th>
              <td class="words">${each.reference}</td>
              <td><strong>${number(each.difference)}</strong></td>
              <td>${range(each.interval)}</td>
              <td>${number(each.effectSize, 2)}</td>
              <td>${probability(each.pValue)}</td>
              <td>${probability(each.correctedPValue)}</td>
              <td>${each.n}</td>
              ${hasExcluded && html`<td>${each.excluded}</td>`}
              <td class="words">${verdictText(each, better)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

function verdictText(comparison: Comparison, better: MetricSummary['better']): Html | string {
  if (comparison.difference === null) return 'no image in common';
  const found = verdict(comparison, better);
  if (found === 'undecided') return 'no significant difference';
  if (found === 'differs') return 'different';
  return html`<span class="${found}">${found}</span>`;
}

function parameters(record: EvaluationRecord): Html {
  const { metrics, explainers } = record.parameters;
  const special = [...metrics, ...explainers].flatMap(({ name, options }) => optionRows(name, options));
  return provenance(record, { shown: ['metrics', 'explainers'], special });
}
