import type { ImageRecord, MapRecord } from '@understory/studies';
import { byExampleRank, capitalised } from '@understory/studies/results';
import type { Drawing } from '../examples.ts';
import { pictureGrid, type Picture, type PictureRow } from '../figures/picture-grid.ts';
import { decisionText, explainedText } from '../page/explained.ts';
import { readPicture } from '../read-picture.ts';
import type { RecordOfRun, RenderedReport, ReportedRun, ReportOptions } from '../reported-run.ts';
import { headline, page } from './page.ts';

export type ExplanationRun = ReportedRun<RecordOfRun, ImageRecord>;

/** Images beyond this, and maps of an image beyond that, make a page heavy and show no more. */
const mostImages = 12;
const mostMaps = 8;

/** Where a network looked: the report of a run that explains images. */
export async function renderExplanation(
  run: ExplanationRun,
  { codec }: Pick<ReportOptions, 'codec'>,
): Promise<RenderedReport<{ readonly images: number; readonly maps: number }>> {
  const problems = [...(run.damage ?? [])];
  const rows: ImageRecord[] = [];
  for await (const row of run.rows) rows.push(row);
  const drawing = {
    store: run.store,
    codec,
    onProblem: (problem: (typeof problems)[number]) => void problems.push(problem),
  };
  const chosen = byExampleRank(rows, ({ image }) => image, run.record.seed).slice(0, mostImages);
  const pictures = await Promise.all(chosen.map((row) => pictureRow(row, drawing)));
  const summary = { images: rows.length, maps: rows.reduce((sum, { maps }) => sum + maps.length, 0) };
  const maps = pictures.length === 0 ? undefined : pictureGrid({ name: 'maps', ...mapsHead }, pictures);
  const content = { run, summary, rows: chosen, pictures, problems, ...mapsHead };
  return {
    html: page(content),
    figures: maps === undefined ? [] : [maps],
    headline: headline(content),
    ...{ images: rows.length, summary, problems },
  };
}

const mapsHead = {
  title: 'Heat maps',
  caption:
    'Each heat map lies over the preprocessed image and is scaled from its minimum to its maximum, so colours of two maps are not comparable. The images were chosen at random by the seed of the run.',
};

async function pictureRow(row: ImageRecord, drawing: Drawing): Promise<PictureRow> {
  const { image, maps } = row;
  const says = decisionText(row);
  return {
    title: says === '' ? image : `${image}: ${says}`,
    pictures: await Promise.all(maps.slice(0, mostMaps).map((map) => picture(image, map, drawing))),
  };
}

async function picture(image: string, map: MapRecord, drawing: Drawing): Promise<Picture> {
  const { explainer, target, range, files } = map;
  const flat = range[0] === range[1] ? ' (constant map)' : '';
  return {
    image: files.overlay === undefined ? undefined : await readPicture(files.overlay, drawing),
    caption: `${capitalised(explainer)}: ${explainedText(map)}${flat}`,
    alt: `${image}, heat map of ${explainer} for ${target}`,
  };
}
