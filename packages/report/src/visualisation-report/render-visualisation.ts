import type { VisualisationGroup, VisualisationRecord, VisualisationRow } from '@understory/studies';
import { pictureName } from '@understory/studies/results';
import type { Drawing } from '../examples.ts';
import { pictureGrid, type PictureRow } from '../figures/picture-grid.ts';
import { readPicture } from '../read-picture.ts';
import type { RenderedReport, ReportedRun, ReportOptions } from '../reported-run.ts';
import { pictureCaption } from './picture-caption.ts';
import { headline, page, type VisualisationRunSummary } from './page.ts';

export type VisualisationRun = ReportedRun<VisualisationRecord, VisualisationRow>;

/** The pictures that parts of a network respond to: a grid for each layer. */
export async function renderVisualisation(
  run: VisualisationRun,
  { codec }: Pick<ReportOptions, 'codec'>,
): Promise<RenderedReport<VisualisationRunSummary>> {
  const problems = [...(run.damage ?? [])];
  const drawing = {
    ...{ store: run.store, codec },
    onProblem: (problem: (typeof problems)[number]) => void problems.push(problem),
  };
  const rows: VisualisationRow[] = [];
  for await (const row of run.rows) rows.push(row);
  const groups = groupsOf(rows, run.record.parameters.goals);
  const pictures: PictureRow[] = [];
  for (const group of groups) pictures.push(await pictureRow(group, drawing));
  const grid = pictures.length === 0 ? undefined : pictureGrid(gridHead, pictures);
  const summary = {
    pictures: rows.length,
    abovePhotographs: rows.filter(({ value, photograph }) => value > photograph.value).length,
  };
  const content = { run, summary, groups, pictures, problems, ...gridHead };
  return {
    html: page(content),
    figures: grid === undefined ? [] : [grid],
    headline: headline(content),
    ...{ images: rows.length, summary, problems },
  };
}

const gridHead = {
  name: 'pictures',
  title: 'Pictures',
  caption:
    'Each picture was made from noise by gradient ascent, so that what is named below it is as high as possible. Such a picture is one that raises it, not the only one, and not what the network sees in photographs.',
};

/** In the order in which they were asked for, whatever that of the rows. */
function groupsOf(rows: readonly VisualisationRow[], goals: readonly string[]): readonly VisualisationGroup[] {
  const byItem = new Map(rows.map((row) => [row.item, row]));
  const groups = new Map<string | null, VisualisationRow[]>();
  for (const goal of goals) {
    const row = byItem.get(goal);
    if (row !== undefined) groups.set(row.layer, [...(groups.get(row.layer) ?? []), row]);
  }
  return [...groups].map(([layer, pictures]) => ({ layer, pictures }));
}

async function pictureRow({ layer, pictures }: VisualisationGroup, drawing: Drawing): Promise<PictureRow> {
  const title = layer ?? 'Targets';
  return {
    title,
    pictures: await Promise.all(
      pictures.map(async (row) => ({
        image: await readPicture(row.picture, drawing),
        caption: pictureCaption(row),
        alt: `${title}, ${pictureName(row)}`,
      })),
    ),
  };
}
