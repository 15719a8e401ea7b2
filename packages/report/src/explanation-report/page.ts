import type { UnderstoryError } from '@understory/core';
import type { ImageRecord } from '@understory/studies';
import { count, number, range, type MapCorrelation } from '@understory/studies/results';
import type { PictureRow } from '../figures/picture-grid.ts';
import { html, type Html } from '../html.ts';
import { decisionText, optionTexts } from '../page/explained.ts';
import { facts } from '../page/facts.ts';
import { failures } from '../page/failures.ts';
import { frame } from '../page/frame.ts';
import { notesOf } from '../page/notes-of.ts';
import { pictureRows, pictureStyle } from '../page/pictures.ts';
import { provenance } from '../page/provenance.ts';
import { remarks } from '../page/remarks.ts';
import type { Headline, RecordOfRun, ReportedRun } from '../reported-run.ts';

export interface ExplanationPage {
  readonly run: Pick<ReportedRun, 'failed' | 'isComplete' | 'missing'> & { readonly record: RecordOfRun };
  readonly summary: {
    readonly images: number;
    readonly maps: number;
    readonly correlations: readonly MapCorrelation[];
  };
  /** The images that are shown. */
  readonly rows: readonly ImageRecord[];
  readonly pictures: readonly PictureRow[];
  readonly title: string;
  readonly caption: string;
  readonly problems: readonly UnderstoryError[];
}

const done = 'explained';
/** How many images a page of several studies shows. */
const few = 3;

/** Where a network looked. */
export function page(content: ExplanationPage): string {
  const { run, summary, pictures, title, caption, problems } = content;
  const { record } = run;
  return frame({
    title: `Where does ${record.model.name} look?`,
    notes: notesOf(record),
    head: html`<p class="quiet">${lead(content)}</p>
      ${facts([
        ['Network', record.model.name],
        ['Images', String(summary.images)],
        ['Heat maps', String(summary.maps)],
        ['Seed', String(record.seed)],
      ])}
      ${remarks({ ...run, problems }, { done })}`,
    main: html`${
      pictures.length > 0 &&
      html`<section>
        <h2>${title}</h2>
        <p class="quiet">${caption}</p>
        ${pictureRows(pictures)} ${predictions(content)}
      </section>`
    }
    ${correlationTable(summary.correlations)} ${failures(run.failed, { done })}
    ${provenance(record, { shown: [], special: [] })}`,
    footer: html`The rows of the run folder have every image.`,
    style: pictureStyle,
    version: record.versions['understory'],
  });
}

/** What is predicted, with a few maps. */
export function headline(content: ExplanationPage): Headline {
  const shown = { ...content, rows: content.rows.slice(0, few) };
  return {
    done,
    lead: html`<p>${lead(shown)}</p>`,
    tables: [
      ...(shown.rows.length === 0 ? [] : [predictions(shown)]),
      ...[correlationTable(content.summary.correlations)].filter((table) => table !== null),
    ],
    pictures: content.pictures.slice(0, few),
  };
}

/** How alike the maps of explainers are; nothing where raw maps of two were not kept. */
function correlationTable(correlations: readonly MapCorrelation[]): Html | null {
  const known = correlations.filter(({ n }) => n > 0);
  if (known.length === 0) return null;
  return html`<div class="scroll">
    <table>
      <caption>
        Pearson’s correlation of the maps of two explainers over their positions, averaged over images, with its 95 %
        bootstrap interval
      </caption>
      <thead>
        <tr>
          <th scope="col">Explainers</th>
          <th scope="col">Correlation</th>
          <th scope="col">95 % interval</th>
          <th scope="col">Images</th>
        </tr>
      </thead>
      <tbody>
        ${known.map(
          ({ first, second, mean, interval, n }) =>
            html`<tr>
              <th scope="row">${first}, ${second}</th>
              <td><strong>${number(mean)}</strong></td>
              <td>${range(interval)}</td>
              <td>${n}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

function lead({ summary, rows }: ExplanationPage): string {
  const shown = rows.length === summary.images ? '' : `; ${rows.length} images, chosen by the seed, are shown`;
  return `${count(summary.maps, 'heat map')} of ${count(summary.images, 'image')}${shown}.`;
}

function predictions({ rows }: Pick<ExplanationPage, 'rows'>): Html {
  return html`<div class="scroll">
    <table>
      <caption>
        What the model says of each image that is shown
      </caption>
      <thead>
        <tr>
          <th scope="col">Image</th>
          <th scope="col" class="words">
            ${rows.some(({ answer }) => answer !== undefined) ? 'Answer' : 'Best classes'}
          </th>
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (row) =>
            html`<tr>
              <th scope="row">${row.image}</th>
              <td class="words">${answerText(row)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

/** At most so many boxes, regions or classes of an image. */
const mostOptions = 5;

function answerText(row: ImageRecord): string {
  const options = optionTexts(row, mostOptions);
  if (row.answer === undefined) return options.join(', ');
  const left = row.answer.options.length - options.length;
  const all = `${options.join(', ')}${left > 0 ? ` and ${left} more` : ''}`;
  // The best caption or answer comes first among them by itself.
  return row.answer.options[0]?.label === row.answer.decision ? all : `${decisionText(row)}: ${all}`;
}
