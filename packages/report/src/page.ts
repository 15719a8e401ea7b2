import type { EvaluatedMetric, EvaluationRecord, FailedItem } from './evaluation.ts';
import { exampleText, type Example } from './examples.ts';
import { dataUri } from './figures/examples.ts';
import type { Figure } from './figures/figure.ts';
import type { Palette } from './figures/palette.ts';
import { findings } from './findings.ts';
import { html, Html } from './html.ts';
import { count, number, percent, probability, range } from './numbers.ts';
import { isThePapers, paperAreas } from './paper-numbers.ts';
import { styleSheet } from './style.ts';
import { verdict, type Comparison, type EvaluationSummary, type MetricSummary } from './summarise.ts';

export interface Page {
  readonly record: EvaluationRecord;
  readonly summary: EvaluationSummary;
  readonly failed: readonly FailedItem[];
  /** Whether the run has done all that it set out to do; undefined where the folder does not say. */
  readonly isComplete: boolean | undefined;
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
  const document = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        <link rel="icon" href="data:," />
        <style>
          ${new Html(styleSheet)}
        </style>
      </head>
      <body>
        <header>
          <h1>${title}</h1>
          <p class="quiet">
            Heat maps that say where a network looked, put to the test on ${count(summary.images, 'image')} of
            ${dataset.name}.
          </p>
          ${facts(content)} ${remarks(content)}
        </header>
        <main>${examplesSection(content)} ${sections} ${failedSection(content.failed)} ${provenance(record)}</main>
        <footer class="quiet">
          Understory ${record.versions['understory'] ?? ''}. Intervals hold the true mean in 95 of 100 such runs; they
          are bootstrapped (BCa). Differences are between the same images, tested by flipping their signs at random, and
          p-values are corrected after Holm for every comparison on this page.
        </footer>
      </body>
    </html> `;
  return `${document.text.trim()}\n`;
}

function facts({ record, summary }: Page): Html {
  const { accuracy } = summary;
  const known = accuracy.n > 0;
  const items: readonly (readonly [string, string])[] = [
    ['Network', record.model.name],
    ['Data set', record.parameters.dataset.name],
    ['Images', String(summary.images)],
    ...(known
      ? [['Right predictions', `${accuracy.correct} of ${accuracy.n}, ${percent(accuracy.share)}`] as const]
      : []),
    ['Explainers', record.parameters.explainers.map(({ name }) => name).join(', ')],
  ];
  return html`<dl class="facts">
    ${items.map(
      ([term, value]) =>
        html`<div>
          <dt>${term}</dt>
          <dd>${value}</dd>
        </div>`,
    )}
  </dl>`;
}

function remarks({ isComplete, failed }: Page): Html {
  return html`${
    isComplete === false &&
    html`<p role="note"><strong>This run is not finished</strong>; the numbers are of what is done so far.</p>`
  }
  ${
    failed.length > 0 &&
    html`<p role="note">
      ${count(failed.length, 'image')} could not be evaluated; <a href="#failed">they are listed below</a>.
    </p>`
  }`;
}

function examplesSection({ examples, examplesFigure }: Page): Html | null {
  const [first] = examples;
  if (first === undefined || examplesFigure === undefined) return null;
  const explainers = first.maps.map(({ explainer }) => explainer);
  const small = examples.every(({ width }) => width < 200);
  const image = (png: Uint8Array, alt: string) =>
    html`<td><img class="${small ? 'pixels' : 'photo'}" src="${dataUri(png)}" alt="${alt}" /></td>`;
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
  return correct ? html`<span class="better">✓ right</span><br />` : html`<span class="worse">✗ wrong</span><br />`;
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
    ${
      said.length > 0 &&
      html`<ul class="findings">
        ${said.map((sentence) => html`<li>${sentence}</li>`)}
      </ul>`
    }
    ${meansTable(metric, found, content.palette)} ${comparisonsTable(found)}
    ${figures.map(
      (figure) =>
        html`<figure>
          <h3>${figure.title}</h3>
          ${new Html(figure.svg)}
          <figcaption>${figure.caption}</figcaption>
        </figure>`,
    )}
  </section>`;
}

function meansTable(metric: EvaluatedMetric, { explainers, better }: MetricSummary, palette: Palette): Html {
  const withPaper = isThePapers(metric);
  return html`<div class="scroll">
    <table>
      <caption>
        ${metric.title}, mean over images${better === 'neither' ? '' : `; ${better} is better`}
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
          ${withPaper && html`<th scope="col">The paper’s,<br />on its network</th>`}
        </tr>
      </thead>
      <tbody>
        ${explainers.map(
          (each) =>
            html`<tr>
              <th scope="row">
                <span class="swatch" style="background: ${palette.colour(each.explainer)}"></span>${each.explainer}
              </th>
              <td><strong>${number(each.mean)}</strong></td>
              <td>${range(each.interval)}</td>
              <td>${number(each.quartiles?.[1])}</td>
              <td>${number(each.deviation)}</td>
              <td>${each.n}</td>
              <td>${each.undefined}</td>
              ${withPaper && html`<td>${number(paperAreas[each.explainer])}</td>`}
            </tr>`,
        )}
      </tbody>
    </table>
    ${
      withPaper &&
      html`<p class="quiet">
        The last column is what the paper reports in section 5.2, for the first 100 images of CIFAR-10 and the paper’s
        own network: numbers of another network, to be read beside ours, not against them.
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

function comparisonsTable({ comparisons, reference, better }: MetricSummary): Html | null {
  if (comparisons.length === 0) return null;
  return html`<div class="scroll">
    <table>
      <caption>
        Paired differences from ${reference} on the same images
      </caption>
      <thead>
        <tr>
          <th scope="col">Explainer</th>
          <th scope="col">Difference</th>
          <th scope="col">95 % interval</th>
          <th scope="col">Effect size dz</th>
          <th scope="col">p</th>
          <th scope="col">p (Holm)</th>
          <th scope="col">Images</th>
          <th scope="col" class="words">Than ${reference}</th>
        </tr>
      </thead>
      <tbody>
        ${comparisons.map(
          (each) =>
            html`<tr>
              <th scope="row">${each.explainer}</th>
              <td><strong>${number(each.difference)}</strong></td>
              <td>${range(each.interval)}</td>
              <td>${number(each.effectSize, 2)}</td>
              <td>${probability(each.pValue)}</td>
              <td>${probability(each.correctedPValue)}</td>
              <td>${each.n}</td>
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
  if (found === 'undecided') return 'no difference shown';
  if (found === 'differs') return 'different';
  return html`<span class="${found}">${found}</span>`;
}

function failedSection(failed: readonly FailedItem[]): Html | null {
  if (failed.length === 0) return null;
  return html`<section id="failed">
    <h2>Images that could not be evaluated</h2>
    <table>
      <thead>
        <tr>
          <th scope="col">Image</th>
          <th scope="col" class="words">Code</th>
          <th scope="col" class="words">What went wrong</th>
        </tr>
      </thead>
      <tbody>
        ${failed.map(
          ({ item, code, message }) =>
            html`<tr>
              <th scope="row">${item}</th>
              <td class="words"><code>${code}</code></td>
              <td class="words">${message}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </section>`;
}

function provenance(record: EvaluationRecord): Html {
  const { model, parameters } = record;
  const rows: readonly (readonly [string, string])[] = [
    ['Network', model.name],
    ['SHA-256 of its file', model.sha256],
    ['Runs on', `${model.backend}, ${model.executionProvider}`],
    ...model.remarks.map((remark) => ['Remark', remark] as const),
    ...Object.entries(parameters.dataset).flatMap(([name, value]) =>
      value === null ? [] : [[`Data set: ${name}`, plain(value)] as const],
    ),
    ...parameters.metrics.flatMap(({ name, options }) =>
      Object.entries(options).map(([option, value]) => [`${name}: ${option}`, plain(value)] as const),
    ),
    ...parameters.explainers.flatMap(({ name, options }) =>
      Object.entries(options ?? {}).map(([option, value]) => [`${name}: ${option}`, plain(value)] as const),
    ),
    ...Object.entries(parameters)
      .filter(([name, value]) => !['dataset', 'metrics', 'explainers'].includes(name) && value !== null)
      .map(([name, value]) => [name, plain(value)] as const),
    ['Seed', String(record.seed)],
    ...Object.entries(record.versions).map(([name, version]) => [name, version] as const),
  ];
  return html`<section>
    <h2>Parameters and provenance</h2>
    <table>
      <tbody>
        ${rows.map(
          ([name, value]) =>
            html`<tr>
              <th scope="row">${name}</th>
              <td class="words">${value}</td>
            </tr>`,
        )}
      </tbody>
    </table>
    <details>
      <summary>The whole record (run.json)</summary>
      <pre>${JSON.stringify(record, null, 2)}</pre>
    </details>
  </section>`;
}

function plain(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
