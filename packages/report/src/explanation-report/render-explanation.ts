import type { ImageRecord, MapRecord } from '@understory/studies';
import {
  asProblem,
  byExampleRank,
  mapCorrelations,
  readOfExample,
  type MapCorrelation,
  type MapsOfImage,
} from '@understory/studies/results';
import type { Drawing } from '../examples.ts';
import { pictureGrid, type Picture, type PictureRow } from '../figures/picture-grid.ts';
import { decisionText, explainedText } from '../page/explained.ts';
import { readNpy } from '../read-npy.ts';
import { readPicture } from '../read-picture.ts';
import type { RecordOfRun, RenderedReport, ReportedRun, ReportOptions } from '../reported-run.ts';
import { headline, page } from './page.ts';

export type ExplanationRun = ReportedRun<RecordOfRun, ImageRecord>;

/** Images beyond this, and maps of an image beyond that, make a page heavy and show no more. */
const mostImages = 12;
const mostMaps = 8;

/** What a run that explains images comes to. */
export interface ExplanationRunSummary {
  readonly images: number;
  readonly maps: number;
  /** How alike the maps of two explainers are; empty where raw maps were not kept. */
  readonly correlations: readonly MapCorrelation[];
}

/** Where a network looked: the report of a run that explains images. */
export async function renderExplanation(
  run: ExplanationRun,
  { codec }: Pick<ReportOptions, 'codec'>,
): Promise<RenderedReport<ExplanationRunSummary>> {
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
  const seed = typeof run.record.seed === 'number' ? run.record.seed : 0;
  const summary = {
    images: rows.length,
    maps: rows.reduce((sum, { maps }) => sum + maps.length, 0),
    correlations: mapCorrelations(await Promise.all(rows.map((row) => rawMaps(row, drawing))), seed),
  };
  const head = headOf(chosen.length, rows.length);
  const maps = pictures.length === 0 ? undefined : pictureGrid({ name: 'maps', ...head }, pictures);
  const content = { run, summary, rows: chosen, pictures, problems, ...head };
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
    'Each heat map lies over the preprocessed image and is scaled separately, so colours of two maps are not comparable.',
};

/** The same, with how images were chosen where not all are shown. */
function headOf(shown: number, all: number): typeof mapsHead {
  if (shown === all) return mapsHead;
  return { ...mapsHead, caption: `${mapsHead.caption} The images were chosen at random by the seed of the run.` };
}

/** The raw maps of an image that were kept; one that cannot be read is a problem and left out. */
async function rawMaps({ image, maps }: ImageRecord, { store, onProblem }: Drawing): Promise<MapsOfImage> {
  const kept = maps.map(async ({ explainer, target, files: { map: file } }) => {
    if (file === undefined) return [];
    try {
      return [{ explainer, target, values: readNpy(await readOfExample(store, file), file).data }];
    } catch (error) {
      onProblem(asProblem(error, file));
      return [];
    }
  });
  return { image, maps: (await Promise.all(kept)).flat() };
}

async function pictureRow(row: ImageRecord, drawing: Drawing): Promise<PictureRow> {
  const { image, maps } = row;
  const says = decisionText(row);
  return {
    title: says === '' ? image : `${image}: ${says}`,
    // Boxes have labels, and answers a line of text.
    isLarge: row.answer?.question !== undefined || row.answer?.options.some(({ box }) => box !== undefined) === true,
    pictures: await Promise.all(maps.slice(0, mostMaps).map((map) => picture(image, map, drawing))),
  };
}

async function picture(image: string, map: MapRecord, drawing: Drawing): Promise<Picture> {
  const { explainer, target, range, files } = map;
  const flat = range[0] === range[1] ? ' (constant map)' : '';
  return {
    image: files.overlay === undefined ? undefined : await readPicture(files.overlay, drawing),
    caption: `${explainer}: ${explainedText(map)}${flat}`,
    alt: `${image}, heat map of ${explainer} for ${target}`,
  };
}
