import { imageTextTask, type Host } from '@understory/core';
import {
  defaultColourMap,
  isDiverging,
  resize,
  type ColourMapName,
  type ContactSheet,
  type ContactSheetCell,
  type ContactSheetRow,
  type ImageCodec,
  type Legend,
  type OverlayOptions,
  type RgbImage,
  type SheetWord,
} from '@understory/imaging';
import { number, percent } from '../common/numbers.ts';
import { className } from '../common/record.ts';
import type { ArtifactStore } from '../artifact-store.ts';
import type { Environment } from '../environment.ts';
import { drawMap } from './draw-map.ts';
import type { ExplainedMap, Outcome } from './explain-images.ts';
import type { ImageRecord } from './explanation-record.ts';
import { askedLines, figure, shownBoxes, type FigureOptions } from './figure.ts';

/** Cells of a page, unless one row has more. */
const mostCells = 60;
/** The longer side in pixels that smaller pictures are enlarged to. */
const least = 224;
/** The same of pictures with labels, which larger ones are shrunk to before they are labelled. */
const labelled = 336;
/** Cells beside each other. */
const mostColumns = 8;

/** An explainer as a sheet calls it. */
export interface ShownExplainer {
  readonly id: string;
  readonly title: string;
  readonly isBaseline: boolean;
}

/** The title of an explainer with its settings, and whether it is a baseline. */
export function shownExplainer(host: Host, name: string): ShownExplainer {
  const listed = host.list('explainer').filter(({ id }) => name === id || name.startsWith(`${id}:`));
  const { id = name, title = name, isBaseline = false } = listed[0] ?? {};
  return { id: name, title: `${title}${name.slice(id.length)}`, isBaseline };
}

export interface SheetOptions extends OverlayOptions {
  readonly store: Pick<ArtifactStore, 'write' | 'read' | 'remove'>;
  readonly codec: ImageCodec;
  readonly draw: (sheet: ContactSheet) => Promise<RgbImage>;
}

type ImageOutcome = Extract<Outcome, { kind: 'image' }>;

/** A row of a sheet. */
export interface SheetRow extends ContactSheetRow {
  /** Whether its pictures have labels, which need room. */
  readonly isLabelled?: boolean;
}

/** Rows of pictures that become pages, each written when it is full, so that no more than one is held. */
export class ExplanationSheet {
  readonly files: string[] = [];
  #rows: readonly SheetRow[] = [];
  /** How many numbered pages there are; undefined until that is known. */
  #pages: number | undefined;
  readonly #options: SheetOptions;

  constructor(options: SheetOptions) {
    this.#options = options;
  }

  /** Takes away the pages of an earlier study; without it, pages go on where those that are there end. Throws what the store throws. */
  async begin(): Promise<void> {
    const { store } = this.#options;
    const pages = await this.#found();
    await store.remove(onlyPage);
    for (let page = 1; page <= pages; page += 1) await store.remove(pageName(page));
    this.#pages = 0;
  }

  /** Adds rows that stay together; what is full without them is written first. */
  async add(rows: readonly SheetRow[]): Promise<void> {
    const cells = cellCount(this.#rows);
    if (cells > 0 && cells + cellCount(rows) > mostCells) await this.#write();
    this.#rows = [...this.#rows, ...rows];
  }

  /** Writes what is left; throws what the store throws. */
  async finish(): Promise<void> {
    if (this.#rows.length > 0) await this.#write({ isLast: true });
  }

  async #write({ isLast = false } = {}): Promise<void> {
    const { colourMap = defaultColourMap, draw, codec, store } = this.#options;
    const rows = this.#rows;
    this.#rows = [];
    this.#pages ??= await this.#found();
    const isOnly = isLast && this.#pages === 0 && (await store.read(onlyPage)) === undefined;
    if (!isOnly) this.#pages += 1;
    const name = isOnly ? onlyPage : pageName(this.#pages);
    await store.write(
      name,
      await codec.encodePng(await draw({ rows, cellSize: sizeOf(rows), legend: mapLegend(colourMap) })),
    );
    this.files.push(name);
  }

  async #found(): Promise<number> {
    let pages = 0;
    while ((await this.#options.store.read(pageName(pages + 1))) !== undefined) pages += 1;
    return pages;
  }
}

/** The colour bar below maps that are each scaled for themselves. */
export function mapLegend(colourMap: ColourMapName): Legend {
  const title = 'Each map is scaled separately:';
  return isDiverging(colourMap)
    ? { colourMap, title, low: 'against', high: 'for; white is zero' }
    : { colourMap, title, low: 'its minimum', high: 'its maximum' };
}

const onlyPage = 'sheet.png';

function pageName(page: number): string {
  return `sheet-${page}.png`;
}

function cellCount(rows: readonly ContactSheetRow[]): number {
  return rows.reduce((sum, { cells }) => sum + cells.length, 0);
}

/** Of the cells: pictures with labels are not shrunk. */
function sizeOf(rows: readonly SheetRow[]): number {
  return rows.some(({ isLabelled }) => isLabelled) ? labelled : least;
}

export interface SheetRowOptions extends OverlayOptions {
  /** Of the picture. */
  readonly caption?: string;
  /** What is said of an explainer that has no map. */
  readonly missing?: string;
  readonly annotate?: Environment['annotate'];
}

/** The rows of an image: for each target the picture that the network saw, then a cell for each explainer, in rows of one length where they are many. */
export async function sheetRows(
  { picture, maps }: Pick<ImageOutcome, 'picture' | 'maps'>,
  record: ImageRecord,
  explainers: readonly ShownExplainer[],
  { caption = 'the preprocessed image', missing = 'no map', annotate, ...drawing }: SheetRowOptions,
): Promise<readonly SheetRow[]> {
  if (record.answer?.task === imageTextTask) {
    return captionRows({ picture, maps }, record, explainers, { caption, missing, ...drawing });
  }
  const rows: SheetRow[] = [];
  const lines = askedLines(record.answer);
  for (const words of new Set(maps.map(({ target }) => target.words))) {
    const own = maps.filter(({ target }) => target.words === words);
    const { target } = own[0]!;
    const all = shownBoxes(record.answer);
    const isLabelled = all.length > 0 || target.box !== undefined;
    const frame = isLabelled ? { least: labelled, most: labelled } : { least };
    const options = { ...drawing, ...frame, annotate, ...(target.area && { region: target.area }) };
    const count = all.length === 0 && target.box !== undefined ? 1 : all.length;
    const cells: ContactSheetCell[] = [
      {
        image: await figure(picture, { ...options, boxes: all.length === 0 ? shownBoxes(undefined, target) : all }),
        caption: count === 0 ? caption : `${caption}, ${count === 1 ? 'one box' : `${count} boxes`}`,
      },
    ];
    const boxes = shownBoxes(record.answer, target);
    for (const explainer of explainers) {
      cells.push(await mapCell(explainer, own, picture, { ...options, boxes, missing }));
    }
    const said = lines.length === 0 ? `; ${predictionOf(record)}` : '';
    const title = `${record.image}: ${targetText(own[0]!)} explained${said}`;
    const parts = Math.ceil(cells.length / mostColumns);
    const columns = Math.ceil(cells.length / parts);
    for (let part = 0; part < parts; part += 1) {
      rows.push({
        ...(part === 0 && { title, ...(lines.length > 0 && { lines }) }),
        ...(isLabelled && { isLabelled }),
        cells: cells.slice(part * columns, (part + 1) * columns),
      });
    }
  }
  return rows;
}

/** For each explainer a row: the picture, then a cell for each caption and contrast with its words, in rows of one length where they are many. */
function captionRows(
  { picture, maps }: Pick<ImageOutcome, 'picture' | 'maps'>,
  record: ImageRecord,
  explainers: readonly ShownExplainer[],
  { caption, missing, ...drawing }: SheetRowOptions & Required<Pick<SheetRowOptions, 'caption' | 'missing'>>,
): readonly SheetRow[] {
  const shown = enlarged(picture, Math.max(1, least / Math.max(picture.width, picture.height)));
  const targets = [...new Map(maps.map((map) => [map.target.words, map])).values()];
  return explainers.flatMap((explainer) => {
    const cells: readonly ContactSheetCell[] = [
      { image: shown, caption, ...(record.words !== undefined && { words: wordKey }) },
      ...targets.map((map): ContactSheetCell => {
        const own = maps.filter(({ target }) => target.words === map.target.words);
        const cell = captionCell(explainer, own, shown, { ...drawing, missing });
        // A cell without a map says why.
        const flat = cell.caption.endsWith(constant) ? constant : '';
        const said = cell.image === undefined ? cell.caption : `${scoreText(map)}${flat}`;
        return { ...cell, caption: said, words: wordsFor(map, record) };
      }),
    ];
    const parts = Math.ceil(cells.length / mostColumns);
    const columns = Math.ceil(cells.length / parts);
    return Array.from({ length: parts }, (_, part) => ({
      ...(part === 0 && {
        title: `${record.image}: ${explainer.title}; the best caption: ${record.answer?.decision ?? ''}`,
      }),
      cells: cells.slice(part * columns, (part + 1) * columns),
    }));
  });
}

/** What the grounds of words say. */
const wordKey: readonly SheetWord[] = [
  { text: 'counts for it', weight: 1 },
  { text: 'counts against it', weight: -1 },
];

/** The words of a caption by how much of its score is lost without each; of any other target, those that it is called by. */
function wordsFor({ target: { words, label } }: ExplainedMap, record: ImageRecord): readonly SheetWord[] {
  const found = record.words?.find(({ target }) => target === words);
  if (found !== undefined) return found.words.map(({ text, occlusion }) => ({ text, weight: occlusion }));
  return (label ?? words).split(/\s+/).map((text) => ({ text, weight: 0 }));
}

function scoreText({ value, probability, target: { words } }: ExplainedMap): string {
  const isContrast = words.startsWith('contrast:');
  const score = `${isContrast ? 'difference' : 'score'} ${number(value)}`;
  return probability === undefined ? score : `${score}, ${percent(probability)}`;
}

/** What is said of a map that is the same everywhere. */
const constant = ', constant';

async function mapCell(
  explainer: ShownExplainer,
  maps: readonly ExplainedMap[],
  picture: RgbImage,
  { missing, ...drawing }: FigureOptions & { readonly missing: string },
): Promise<ContactSheetCell> {
  const map = maps.find((each) => each.explainer === explainer.id);
  const caption = mapCaption(explainer, map, missing);
  return map === undefined ? { caption } : { image: await figure(picture, { ...drawing, heat: map.heat }), caption };
}

/** A map of a caption, on a picture of which nothing is boxed. */
function captionCell(
  explainer: ShownExplainer,
  maps: readonly ExplainedMap[],
  picture: RgbImage,
  { missing, ...drawing }: OverlayOptions & { readonly missing: string },
): ContactSheetCell & { readonly caption: string } {
  const map = maps.find((each) => each.explainer === explainer.id);
  const caption = mapCaption(explainer, map, missing);
  return map === undefined ? { caption } : { image: drawMap(picture, map.heat, drawing), caption };
}

function mapCaption({ title, isBaseline }: ShownExplainer, map: ExplainedMap | undefined, missing: string): string {
  const name = isBaseline ? `${title} (baseline)` : title;
  if (map === undefined) return `${name}: ${missing}`;
  const { height, width, data } = map.heat;
  // A size is not torn apart where a line ends.
  const size = `${height} x ${width}`.replaceAll(' ', '\u00a0');
  return `${name}, ${size}${data.every((value) => value === data[0]) ? constant : ''}`;
}

function enlarged(picture: RgbImage, scale: number): RgbImage {
  if (scale === 1) return picture;
  const side = (length: number) => Math.max(1, Math.round(scale * length));
  return resize(picture, { width: side(picture.width), height: side(picture.height) }, 'bicubic');
}

function predictionOf({ top: [best], answer }: ImageRecord): string {
  if (answer !== undefined) return answer.decision === '' ? answer.task : `the model finds ${answer.decision}`;
  return best === undefined ? 'no prediction' : `predicted: ${className(best)}, ${percent(best.probability)}`;
}

function targetText({ target: { label, words } }: ExplainedMap): string {
  return label === null || label === words ? words : `${label} (${words})`;
}
