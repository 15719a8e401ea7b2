import type { UnderstoryError } from '@understory/core';
import type { VisualisationGroup, VisualisationRecord, VisualisationRow } from '@understory/studies';
import { count, number, pictureName } from '@understory/studies/results';
import type { PictureRow } from '../figures/picture-grid.ts';
import { html, type Html } from '../html.ts';
import { csv, downloads } from '../page/downloads.ts';
import { facts } from '../page/facts.ts';
import { failures } from '../page/failures.ts';
import { frame } from '../page/frame.ts';
import { notesOf } from '../page/notes-of.ts';
import { pictureRows, pictureStyle } from '../page/pictures.ts';
import { optionRows, provenance } from '../page/provenance.ts';
import { remarks } from '../page/remarks.ts';
import type { Headline, ReportedRun } from '../reported-run.ts';

/** What the rows of such a run come to, finished or not. */
export interface VisualisationRunSummary {
  readonly pictures: number;
  readonly abovePhotographs: number;
}

export interface VisualisationPage {
  readonly run: ReportedRun<VisualisationRecord, VisualisationRow>;
  readonly summary: VisualisationRunSummary;
  readonly groups: readonly VisualisationGroup[];
  readonly pictures: readonly PictureRow[];
  readonly title: string;
  readonly caption: string;
  readonly problems: readonly UnderstoryError[];
}

const done = 'visualised';

/** What parts of a network respond to. */
export function page(content: VisualisationPage): string {
  const { run, summary, pictures, title, caption, problems } = content;
  const { record } = run;
  const { visualiser, dataset } = record.parameters;
  return frame({
    title: `What does ${record.model.name} respond to?`,
    notes: notesOf(record),
    head: html`<p class="quiet">
        ${visualiser.description}${visualiser.reference && ` Reference: ${visualiser.reference}.`}
      </p>
      <p>${lead(content)}</p>
      ${facts([
        ['Network', record.model.name],
        ['Pictures', String(summary.pictures)],
        ['Photographs', dataset.name],
        ['Seed', String(record.seed)],
      ])}
      ${remarks({ ...run, problems }, { done })}`,
    main: html`${
      pictures.length > 0 &&
      html`<section>
        <h2>${title}</h2>
        <p class="quiet">${caption}</p>
        ${pictureRows(pictures)}
      </section>`
    }
    ${content.groups.map(table)} ${files(content.groups)} ${failures(run.failed, { done })}
    ${provenance(record, {
      shown: ['visualiser', 'goals'],
      special: [['Visualiser', visualiser.id], ...optionRows(visualiser.id, visualiser.options)],
    })}`,
    footer: html`The rows of the run folder have every picture.`,
    style: pictureStyle,
    version: record.versions['understory'],
  });
}

/** How many pictures raise the network more than photographs do, and the pictures. */
export function headline(content: VisualisationPage): Headline {
  return { done, lead: html`<p>${lead(content)}</p>`, tables: [], pictures: content.pictures };
}

function lead({ summary: { pictures, abovePhotographs } }: Pick<VisualisationPage, 'summary'>): string {
  const with8 = 'with 8 bits a channel, as they are saved';
  return `${count(pictures, 'picture')}, ${abovePhotographs} of them with a higher value than every photograph (${with8}).`;
}

function table({ layer, pictures }: VisualisationGroup): Html {
  return html`<div class="scroll">
    <table>
      <caption>
        ${layer ?? 'Targets'}: the value for the picture, for the noise that it was made from, and for the photograph
        that raises it most
      </caption>
      <thead>
        <tr>
          <th scope="col">${layer === null ? 'Target' : 'Channel'}</th>
          <th scope="col">Picture</th>
          <th scope="col">Noise</th>
          <th scope="col">Best photograph</th>
          <th scope="col" class="words">Which</th>
        </tr>
      </thead>
      <tbody>
        ${pictures.map(
          (row) =>
            html`<tr>
              <th scope="row">${row.channel ?? pictureName(row)}</th>
              <td><strong>${number(row.value)}</strong></td>
              <td>${number(row.start)}</td>
              <td>${number(row.photograph.value)}</td>
              <td class="words">${[row.photograph.id, ...row.warnings].join('; ')}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

function files(groups: readonly VisualisationGroup[]): Html {
  const rows = groups.flatMap(({ pictures }) => pictures);
  return downloads(
    [
      {
        ...{ name: 'pictures.csv', title: 'every picture with its value', type: 'text/csv' as const },
        text: csv(
          ['item', 'layer', 'channel', 'target', 'value', 'noise', 'photograph', 'best'],
          rows.map(({ item, layer, channel, target, value, start, photograph }) => [
            ...[item, layer ?? undefined, channel ?? undefined, target ?? undefined, value, start],
            ...[photograph.value, photograph.id],
          ]),
        ),
      },
    ],
    { tables: 'all rows in tables, and the pictures in the folder pictures' },
  );
}
