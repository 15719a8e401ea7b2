import type { UnderstoryError } from '@understory/core';
import { scalingWords, type ColourMapName } from '@understory/imaging';
import type { DiagnosisRecord, DiagnosisRow, DiagnosisSummary, DiagnosisVerdict } from '@understory/studies';
import { capitalised, count, inSentence, number, percent, percentRange, range } from '@understory/studies/results';
import type { Figure } from '../figures/figure.ts';
import type { Palette } from '../figures/palette.ts';
import { html, type Html } from '../html.ts';
import { csv, downloads } from '../page/downloads.ts';
import { estimateCell, estimateStyle } from '../page/estimate-cell.ts';
import { facts } from '../page/facts.ts';
import { failures } from '../page/failures.ts';
import { figureBlock } from '../page/figure-block.ts';
import { frame } from '../page/frame.ts';
import { notesOf } from '../page/notes-of.ts';
import { pictureRows, pictureStyle } from '../page/pictures.ts';
import { provenance } from '../page/provenance.ts';
import { remarks } from '../page/remarks.ts';
import { estimateTables } from '../probe-report/estimate-tables.ts';
import type { Headline, ReportedRun } from '../reported-run.ts';
import type { DiagnosedPictures } from './diagnosed-pictures.ts';

export interface DiagnosisPage {
  readonly run: ReportedRun<DiagnosisRecord, DiagnosisRow>;
  /** Null while the run is not finished. */
  readonly summary: DiagnosisSummary | null;
  readonly images: number;
  readonly figures: readonly Figure[];
  readonly pictures: readonly DiagnosedPictures[];
  readonly palette: Palette;
  /** Of heat maps. */
  readonly colours: ColourMapName;
  readonly problems: readonly UnderstoryError[];
}

const done = 'diagnosed';

/** The sentences, and the maps of the first image. */
export function headline({ summary, pictures, figures }: DiagnosisPage): Headline {
  return {
    done,
    lead: summary === null ? html`<p>This run is not finished.</p>` : verdictList(summary.verdicts),
    tables: [],
    figure: figures[0],
    pictures: pictures.slice(0, 1).map(({ maps }) => maps),
  };
}

/** The sentences first, then what each of them rests on. */
export function page(content: DiagnosisPage): string {
  const { run, summary, images, figures, pictures, problems } = content;
  const { record } = run;
  const { model } = record;
  const [only] = pictures;
  const title =
    images === 1 && only !== undefined
      ? `${only.item}, as ${model.name} sees it`
      : `${model.name}: ${count(images, 'image')}`;
  return frame({
    title,
    notes: notesOf(record),
    head: html`${summary === null ? unfinished(images) : verdictList(summary.verdicts)}
    ${facts([
      ['Network', model.name],
      ['Data set', record.parameters.dataset.name],
      ['Images', String(images)],
      ['Seed', String(record.seed)],
    ])}
    ${remarks({ ...run, problems }, { done })} ${leftOut(record)}`,
    main: html`<section>
        <h2>What it says</h2>
        ${summary !== null && predictionOf(summary)}
      </section>
      <section>
        <h2>Where it looks</h2>
        <p class="quiet">
          What the network saw, and heat maps of what is explained. Each map is ${scalingWords(content.colours)}, so
          colours of two maps are not comparable.
        </p>
        ${pictureRows(pictures.map(({ maps }) => maps))} ${summary !== null && agreementTable(summary, record)}
      </section>
      <section>
        <h2>Whether the maps are faithful</h2>
        ${figures.map(figureBlock)} ${summary !== null && faithfulnessTable(summary, record, content.palette)}
      </section>
      <section>
        <h2>
          ${isOfDecisions(summary) ? 'What remains without the arrangement' : 'Whether it reads where things are'}
        </h2>
        ${pictureRows(pictures.flatMap(({ disturbed }) => disturbed ?? []))}
        ${
          summary?.probe
            ? html`${estimateTables(summary.probe.estimates)}
              ${(summary.probe.remarks ?? []).map((remark) => html`<p>${remark}</p>`)}`
            : html`<p>Nothing was measured.</p>`
        }
      </section>
      <section>
        <h2>How easily it is fooled</h2>
        ${pictureRows(pictures.flatMap(({ attacks }) => attacks))} ${summary !== null && foolingTable(summary, record)}
      </section>
      ${summary !== null && files(summary)} ${failures(run.failed, { done })} ${provenanceOf(record)}`,
    footer: html`Intervals are 95 % confidence intervals over images; of one image there is none.`,
    style: `${pictureStyle}${estimateStyle}${verdictsStyle}`,
    version: record.versions['understory'],
  });
}

/** Whether the probe, where there is one, sees which decisions survive its disturbance. */
function isOfDecisions(summary: DiagnosisSummary | null): boolean {
  const { estimates } = summary?.probe ?? {};
  return estimates === undefined || estimates.some(({ measure }) => /^same-/.test(measure));
}

export const verdictsStyle = `
.verdicts { list-style: none; padding: 0; max-width: 52rem; }
.verdicts li { margin: .55rem 0; padding: .45rem .9rem; border-left: 4px solid var(--rule); background: var(--panel); }
.verdicts li.good { border-color: var(--good); }
.verdicts li.bad { border-color: var(--bad); }
.verdicts li.neutral { border-color: var(--series-0); }
.verdicts .topic { display: block; color: var(--quiet); font-size: .78rem; }
.matrix thead th { max-width: none; }
.verdicts small { display: block; color: var(--quiet); font-size: .85rem; margin-top: .15rem; }
@media print { .verdicts li { break-inside: avoid; } }
`;

const topics: Readonly<Record<DiagnosisVerdict['topic'], string>> = {
  prediction: 'What it says',
  agreement: 'Do explainers agree?',
  sanity: 'Do the maps depend on the network?',
  faithfulness: 'Are the maps faithful?',
  arrangement: 'Does it need the arrangement?',
  robustness: 'How easily is it fooled?',
};

/** One sentence a part, with its caveat. */
function verdictList(verdicts: readonly DiagnosisVerdict[]): Html {
  return html`<ul class="verdicts">
    ${verdicts.map(
      ({ topic, statement, caveat, tone }) =>
        html`<li class="${tone}">
          <span class="topic">${topics[topic]}</span>
          <strong>${statement}</strong>
          <small>${caveat}</small>
        </li>`,
    )}
  </ul>`;
}

function unfinished(images: number): Html {
  return html`<p role="note">
    <strong>This run is not finished</strong>: ${count(images, 'image')} done. The sentences come when all are.
  </p>`;
}

function leftOut({ parameters: { leftOut: all } }: DiagnosisRecord): Html | null {
  if (all.length === 0) return null;
  return html`<div role="note">
    <p><strong>Left out</strong>, since the network does not allow it:</p>
    <ul>
      ${all.map(({ what, reason }) => html`<li>${what}: ${reason}</li>`)}
    </ul>
  </div>`;
}

function predictionOf({ images, prediction, evaluation: { accuracy } }: DiagnosisSummary): Html {
  const { options, probability, margin } = prediction;
  if (images !== 1) {
    return facts([
      ['Accuracy', accuracy.n === 0 ? 'no labels' : `${percent(accuracy.share)} (${percentRange(accuracy.interval)})`],
      ['Mean probability', `${percent(probability.mean)} (${percentRange(probability.interval)})`],
      ['Mean margin', `${percent(margin.mean)} (${percentRange(margin.interval)})`],
    ]);
  }
  return html`<div class="scroll">
    <table>
      <thead>
        <tr>
          <th scope="col">It says</th>
          <th scope="col">Probability</th>
          <th scope="col">Score</th>
        </tr>
      </thead>
      <tbody>
        ${options.map(
          ({ label, target, probability: own, score }) =>
            html`<tr>
              <th scope="row">${label ?? target}</th>
              <td>${own === undefined ? number(null) : percent(own)}</td>
              <td>${number(score)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

function agreementTable({ agreement: { pairs } }: DiagnosisSummary, { parameters }: DiagnosisRecord): Html | null {
  if (pairs.length === 0) return null;
  const { baselines } = parameters;
  const names = [...new Set(pairs.flatMap(({ first, second }) => [first, second]))];
  const of = (row: string, column: string) =>
    pairs.find(({ first, second }) => (first === row && second === column) || (first === column && second === row));
  return html`<div class="scroll">
    <table class="estimates matrix">
      <caption>
        Rank correlation of heat maps on a grid of at most 16 x 16 cells; baselines do not look at the network
      </caption>
      <thead>
        <tr>
          <th scope="col">Explainer</th>
          ${names.slice(1).map((name) => html`<th scope="col">${name}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${names.slice(0, -1).map(
          (row, at) =>
            html`<tr>
              <th scope="row">${row}${baselines.includes(row) && ' (baseline)'}</th>
              ${names
                .slice(1)
                .map((column, place) =>
                  place < at ? html`<td></td>` : html`<td>${number(of(row, column)?.mean, 2)}</td>`,
                )}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

function faithfulnessTable(
  { evaluation: { metrics } }: DiagnosisSummary,
  { parameters }: DiagnosisRecord,
  palette: Palette,
): Html | null {
  const known = metrics.filter(({ explainers }) => explainers.length > 0);
  const names = parameters.explainers.map(({ name }) => name);
  if (known.length === 0) return null;
  const title = (metric: string) => parameters.metrics.find(({ name }) => name === metric)?.title ?? metric;
  return html`<div class="scroll">
    <table class="estimates">
      <caption>
        Each metric by explainer, with its 95 % interval where there are several images
      </caption>
      <thead>
        <tr>
          <th scope="col">Explainer</th>
          ${known.map(
            ({ metric, better }) =>
              html`<th scope="col">
                ${capitalised(title(metric))}${better !== 'neither' && `, ${better} is better`}
              </th>`,
          )}
        </tr>
      </thead>
      <tbody>
        ${names.map(
          (name) =>
            html`<tr>
              <th scope="row">
                <span class="swatch" style="background: ${palette.colour(name)}"></span>${name}${
                  parameters.baselines.includes(name) && ' (baseline)'
                }
              </th>
              ${known.map(({ explainers }) => {
                const own = explainers.find(({ explainer }) => explainer === name);
                if (own === undefined) return html`<td></td>`;
                return estimateCell(number(own.mean), ...(own.interval === null ? [] : [range(own.interval)]));
              })}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

function foolingTable({ images, fooling }: DiagnosisSummary, { parameters }: DiagnosisRecord): Html {
  if (fooling.length === 0) return html`<p>No attack was made.</p>`;
  const budgets = [...new Set(parameters.attacks.map(({ budget }) => budget.epsilon))].sort((a, b) => a - b);
  const level = (epsilon: number) => `${inSentence(Number((255 * epsilon).toPrecision(3)))}/255`;
  return html`<div class="scroll">
      <table class="estimates names">
        <caption>
          ${images === 1 ? 'The smallest budget tried' : 'The median of the smallest budget tried'} at which the
          decision is flipped, by what may change
        </caption>
        <thead>
          <tr>
            <th scope="col">What may change</th>
            <th scope="col">Smallest budget</th>
            <th scope="col">${images === 1 ? 'Taken for' : 'Flipped'}</th>
            <th scope="col">Fraction of budgets that flip it</th>
          </tr>
        </thead>
        <tbody>
          ${fooling.map(
            ({ title, median, decision, probability, flipped, n, share }) =>
              html`<tr>
                <th scope="row">${capitalised(title)}</th>
                <td>${median === null ? `more than ${level(budgets.at(-1) ?? 0)}` : level(median)}</td>
                <td>
                  ${
                    images === 1
                      ? `${decision ?? number(null)}${probability === null ? '' : `, ${percent(probability)}`}`
                      : `${flipped} of ${n}`
                  }
                </td>
                ${estimateCell(percent(share.mean), ...(share.interval === null ? [] : [percentRange(share.interval)]))}
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
    <p class="quiet">
      Budgets tried: ${budgets.map(level).join(', ')}, from the smallest to the first that succeeds.
    </p>`;
}

function files({ verdicts }: DiagnosisSummary): Html {
  return downloads(
    [
      {
        ...{ name: 'verdicts.csv', title: 'every sentence with its caveat', type: 'text/csv' },
        text: csv(
          ['topic', 'statement', 'caveat', 'tone'],
          verdicts.map(({ topic, statement, caveat, tone }) => [topic, statement, caveat, tone]),
        ),
      },
    ],
    { tables: 'every number of every image in tables and the full summary in summary.json' },
  );
}

function provenanceOf(record: DiagnosisRecord): Html {
  const { explainers, metrics, probe, attacks } = record.parameters;
  const named = (all: readonly { readonly name: string }[]) => all.map(({ name }) => name).join(', ');
  return provenance(record, {
    shown: ['kind', 'explainers', 'metrics', 'probe', 'attacks', 'leftOut', 'baselines'],
    special: [
      ['Explainers', named(explainers)],
      ['Metrics', named(metrics)],
      ['Probe', probe === null ? 'none' : `${probe.id} ${JSON.stringify(probe.options)}`],
      ['Attacks', attacks.length === 0 ? 'none' : named(attacks)],
    ],
  });
}
