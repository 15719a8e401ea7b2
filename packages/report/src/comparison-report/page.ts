import type { UnderstoryError } from '@understory/core';
import type { ComparisonRecord, ComparisonRow, ComparisonSummary } from '@understory/studies';
import { number, percent, percentRange, probability, range } from '@understory/studies/results';
import type { Figure } from '../figures/figure.ts';
import type { PictureRow } from '../figures/picture-grid.ts';
import { html, type Html } from '../html.ts';
import { csv, downloads } from '../page/downloads.ts';
import { estimateCell, estimateStyle } from '../page/estimate-cell.ts';
import { facts } from '../page/facts.ts';
import { failures } from '../page/failures.ts';
import { figureBlock } from '../page/figure-block.ts';
import { findingsList } from '../page/findings-list.ts';
import { frame } from '../page/frame.ts';
import { notesOf } from '../page/notes-of.ts';
import { pictureRows, pictureStyle } from '../page/pictures.ts';
import { provenance } from '../page/provenance.ts';
import { remarks } from '../page/remarks.ts';
import type { Headline, ReportedRun } from '../reported-run.ts';
import {
  blindnessVerdict,
  comparisonFindings,
  differenceRange,
  differenceText,
  signed,
  toleranceText,
  verdictText,
} from './findings.ts';

export interface ComparisonPage {
  readonly run: ReportedRun<ComparisonRecord, ComparisonRow>;
  readonly summary: ComparisonSummary;
  readonly names: readonly [string, string];
  readonly figures: readonly Figure[];
  readonly pictures: readonly PictureRow[];
  readonly examples: Figure | undefined;
  readonly problems: readonly UnderstoryError[];
}

const done = 'compared';

/** What was found and whether limits are kept, the table of measures, and the first figure. */
export function headline({ summary, names, figures, pictures }: ComparisonPage): Headline {
  return {
    done,
    lead: html`${tolerances(summary)} ${findingsList(comparisonFindings(summary).slice(0, 4))}`,
    tables: [measuresTable(summary, names)],
    figure: figures[0],
    pictures: pictures.slice(0, 2),
  };
}

/** Two networks on the same images: what differs, by how much, and what can be told of it. */
export function page(content: ComparisonPage): string {
  const { run, summary, names, figures, pictures, examples, problems } = content;
  const { record } = run;
  return frame({
    title: `${names[0]} and ${names[1]}`,
    notes: notesOf(record),
    head: html`<p class="quiet">
        Both networks were given the same images and the same studies. Differences are second minus first, image by
        image.
      </p>
      ${tolerances(summary)} ${findingsList(comparisonFindings(summary))} ${atAGlance(content)}
      ${remarks({ ...run, problems }, { done })} ${leftOut(record)}`,
    main: html`<section>
        <h2>Where they look</h2>
        ${mapsTable(summary)}
        ${
          examples !== undefined &&
          html`<h3>${examples.title}</h3>
            <p class="quiet">${examples.caption}</p>
            ${pictureRows(pictures)}`
        }
      </section>
      <section>
        <h2>Every number of both</h2>
        ${figures.map(figureBlock)} ${measuresTable(summary, names)} ${reading()}
      </section>
      ${transferSection(summary, names)} ${files(summary)} ${failures(run.failed, { done })} ${provenanceOf(record)}`,
    footer: html`Intervals are 95 % confidence intervals: Wilson's for fractions of images, else the bootstrap over
    images. p-values are of McNemar's exact test for yes-or-no measures, else of a sign-flip test, and corrected after
    Holm over every test of the run.`,
    style: `${pictureStyle}${estimateStyle}${toleranceStyle}`,
    version: record.versions['understory'],
  });
}

export const toleranceStyle = `
.limits { list-style: none; padding: 0; max-width: 50rem; }
.limits li { margin: .4rem 0; padding: .4rem .8rem; border-left: 4px solid var(--good); background: var(--panel); }
.limits li.bad { border-color: var(--bad); }
.limits li.unknown { border-color: var(--rule); }
`;

/** Declared limits and what became of them; nothing where there are none. */
function tolerances({ tolerances: all }: ComparisonSummary): Html | null {
  if (all.length === 0) return null;
  return html`<ul class="limits" aria-label="Declared tolerances">
    ${all.map((each) => {
      const kind = each.isExceeded === null ? 'unknown' : each.isExceeded ? 'bad' : 'kept';
      return html`<li class="${kind}">${toleranceText(each)}</li>`;
    })}
  </ul>`;
}

function atAGlance({ run: { record }, summary, names }: ComparisonPage): Html {
  const { classes, dataset } = record.parameters;
  return facts([
    ['First network', names[0]],
    ['Second network', names[1]],
    ['Data set', dataset.name],
    ['Images', String(summary.images)],
    ...(classes === null
      ? []
      : [['Classes matched by', classes.by === 'labels' ? 'label' : 'index, one has no labels'] as const]),
    ['Seed', String(record.seed)],
  ]);
}

function leftOut({ parameters: { leftOut: all } }: ComparisonRecord): Html | null {
  if (all.length === 0) return null;
  return html`<div role="note">
    <p><strong>Left out</strong>, since a network does not allow it:</p>
    <ul>
      ${all.map(({ what, reason }) => html`<li>${what}: ${reason}</li>`)}
    </ul>
  </div>`;
}

function mapsTable({ maps }: ComparisonSummary): Html {
  if (maps.length === 0) return html`<p>No explainer has maps of both networks.</p>`;
  const rows = maps.flatMap(({ explainer, n, correlation, overlap }) => [
    { explainer, n, name: 'rank correlation', own: correlation, unit: 'number' as const },
    { explainer, n, name: 'highest tenth shared', own: overlap, unit: 'share' as const },
  ]);
  return html`<div class="scroll">
    <table class="estimates">
      <caption>
        Heat maps of the two networks for the same image, and as a control for different images: the control shows what
        maps have in common whatever the image, such as the middle. Maps are compared on a grid of at most 16 x 16
        cells.
      </caption>
      <thead>
        <tr>
          <th scope="col">Explainer</th>
          <th scope="col">Measure</th>
          <th scope="col">Same image</th>
          <th scope="col">Different images</th>
          <th scope="col">Difference</th>
          <th scope="col">Corrected p</th>
          <th scope="col">n</th>
        </tr>
      </thead>
      <tbody>
        ${rows.map(({ explainer, n, name, own, unit }) => {
          const [print, printRange] = unit === 'share' ? [percent, percentRange] : [number, range];
          return html`<tr>
            <th scope="row">${explainer}</th>
            <td class="words">${name}</td>
            ${estimateCell(print(own.same.mean), printRange(own.same.interval))}
            ${estimateCell(print(own.control.mean), printRange(own.control.interval))}
            ${estimateCell(differenceText({ ...own, unit }), differenceRange({ ...own, unit }))}
            <td>${probability(own.correctedPValue)}</td>
            <td>${n}</td>
          </tr>`;
        })}
      </tbody>
    </table>
  </div>`;
}

function measuresTable({ measures, blindness }: ComparisonSummary, names: readonly [string, string]): Html {
  const known = measures.filter(({ n }) => n > 0);
  if (known.length === 0 && blindness === null) return html`<p>Nothing was measured of both networks.</p>`;
  return html`<div class="scroll">
    <table class="estimates names">
      <caption>
        Means over the images that both have a value for, the paired difference (second minus first) with its 95 %
        interval, and its test
      </caption>
      <thead>
        <tr>
          <th scope="col">Measure</th>
          <th scope="col">${names[0]}</th>
          <th scope="col">${names[1]}</th>
          <th scope="col">Difference</th>
          <th scope="col">Corrected p</th>
          <th scope="col">n</th>
          <th scope="col" class="words">Verdict</th>
        </tr>
      </thead>
      <tbody>
        ${
          blindness !== null &&
          html`<tr>
            <th scope="row">${blindness.title}, ${blindness.condition}</th>
            ${estimateCell(number(blindness.first.mean, 2), range(blindness.first.interval))}
            ${estimateCell(number(blindness.second.mean, 2), range(blindness.second.interval))}
            ${estimateCell(signed(blindness.difference), range(blindness.interval))}
            <td></td>
            <td>${blindness.second.n}</td>
            <td class="words">${blindnessVerdict(blindness)}</td>
          </tr>`
        }
        ${known.map((each) => {
          const [print, printRange] = each.unit === 'share' ? [percent, percentRange] : [number, range];
          const verdict = verdictText(each.difference, each.correctedPValue, each.better);
          const colour = /better$/.test(verdict) ? 'better' : /worse$/.test(verdict) ? 'worse' : '';
          return html`<tr>
            <th scope="row">${each.title}</th>
            ${estimateCell(print(each.first.mean), printRange(each.first.interval))}
            ${estimateCell(print(each.second.mean), printRange(each.second.interval))}
            ${estimateCell(differenceText(each), differenceRange(each))}
            <td>${probability(each.correctedPValue)}</td>
            <td>${each.n}</td>
            <td class="words ${colour}">${verdict}</td>
          </tr>`;
        })}
      </tbody>
    </table>
  </div>`;
}

/** Adversarial images of either network shown to the other; nothing where no attack succeeded. */
function transferSection({ transfers }: ComparisonSummary, names: readonly [string, string]): Html | null {
  if (transfers.length === 0) return null;
  const nameOf = (side: 'first' | 'second') => names[side === 'first' ? 0 : 1];
  return html`<section>
    <h2>Adversarial images of one shown to the other</h2>
    <p class="quiet">
      Each adversarial image fools the network that it was made for, at the smallest budget tried that does. It fools
      the other where that no longer says what it says of the untouched image. Such small changes seldom transfer;
      larger budgets would transfer more often.
    </p>
    <div class="scroll">
      <table class="estimates names">
        <thead>
          <tr>
            <th scope="col">Made for</th>
            <th scope="col" class="words">Shown to</th>
            <th scope="col" class="words">Mask</th>
            <th scope="col">Fooled</th>
            <th scope="col">Fraction</th>
          </tr>
        </thead>
        <tbody>
          ${transfers.map(
            ({ from, mask, n, fooled, share, interval }) =>
              html`<tr>
                <th scope="row">${nameOf(from)}</th>
                <td class="words">${nameOf(from === 'first' ? 'second' : 'first')}</td>
                <td class="words">${mask}</td>
                <td>${fooled} of ${n}</td>
                ${estimateCell(percent(share), percentRange(interval))}
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </section>`;
}

function reading(): Html {
  return html`<h3>Reading these numbers</h3>
    <p>
      Heat maps and faithfulness are of what the first network decides on, in both networks: the class, the answer, the
      caption, the region, or the box of the same label in the same place. A network is the blinder the more of its
      decisions survive when patches of the picture change places, or the higher its score of spatial blindness, which
      has no test but an interval. Attacks are tried at one budget after the other; the fraction of budgets at which
      they succeed is the larger the smaller the change that fools the network. Each network is attacked through masks
      of its own heat maps. That no difference can be told does not say that there is none: the interval says how large
      it may be.
    </p>`;
}

function files({ measures }: ComparisonSummary): Html {
  return downloads(
    [
      {
        ...{ name: 'measures.csv', title: 'every measure of both networks with its test', type: 'text/csv' },
        text: csv(
          ['part', 'measure', 'first', 'second', 'difference', 'low', 'high', 'p', 'corrected p', 'n', 'excluded'],
          measures.map((each) => [
            ...[each.part, each.measure, each.first.mean, each.second.mean, each.difference],
            ...[each.interval?.[0], each.interval?.[1], each.pValue, each.correctedPValue, each.n, each.excluded],
          ]),
        ),
      },
    ],
    { tables: 'every number of every image in tables and the full summary in summary.json' },
  );
}

function provenanceOf(record: ComparisonRecord): Html {
  const { other, explainers, metrics, probe, attacks } = record.parameters;
  const named = (all: readonly { readonly name: string }[]) => all.map(({ name }) => name).join(', ');
  return provenance(record, {
    shown: ['kind', 'other', 'explainers', 'metrics', 'probe', 'attacks', 'leftOut', 'classes'],
    special: [
      ['Second network', other.name],
      ['SHA-256 of its file', other.sha256],
      ['It runs on', `${other.backend}, ${other.executionProvider}`],
      ...other.remarks.map((remark) => ['Remark on it', remark] as const),
      ['Explainers', named(explainers)],
      ['Metrics', named(metrics)],
      ['Probe', probe === null ? 'none' : `${probe.id} ${JSON.stringify(probe.options)}`],
      ['Attacks', attacks.length === 0 ? 'none' : named(attacks)],
    ],
  });
}
