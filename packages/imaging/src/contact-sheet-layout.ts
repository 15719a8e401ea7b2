import { largestOf } from '@understory/core';
import { colourMap, type ColourMapName } from './colour-map.ts';
import { resize } from './resize.ts';
import { rgbImage, type RgbImage, type Size } from './rgb-image.ts';
import {
  baselineBeside,
  baselineOfLine,
  fitText,
  heightOfLine,
  textElement,
  wrapText,
  type MeasureText,
  type TextStyle,
} from './sheet-text.ts';
import { drawWords, type SheetWord } from './sheet-words.ts';

export type { SheetWord } from './sheet-words.ts';

export interface ContactSheet {
  readonly title?: string;
  readonly rows: readonly ContactSheetRow[];
  readonly legend?: Legend;
  /** The square that each image is fitted into, in pixels; 224 where absent. */
  readonly cellSize?: number;
}

export interface ContactSheetRow {
  readonly title?: string;
  /** Below the title, a line each. */
  readonly lines?: readonly string[];
  readonly cells: readonly ContactSheetCell[];
}

export interface ContactSheetCell {
  /** Absent where there is nothing to show: the cell is then an empty frame. */
  readonly image?: RgbImage;
  readonly caption?: string;
  /** Drawn below the caption, each on a ground that is the stronger the more it counts. */
  readonly words?: readonly SheetWord[];
}

/** A colour bar with a label at each end. */
export interface Legend {
  readonly colourMap: ColourMapName;
  /** What the colours stand for. */
  readonly title?: string;
  readonly low?: string;
  readonly high?: string;
}

/** A sheet as a drawing of its text and frames on white, and the images that lie on it. */
export interface SheetLayout {
  readonly width: number;
  readonly height: number;
  readonly svg: string;
  readonly images: readonly PlacedImage[];
}

interface PlacedImage {
  readonly image: RgbImage;
  readonly left: number;
  readonly top: number;
}

const margin = 24;
const gap = 12;
const titleStyle: TextStyle = { size: 20, bold: true };
const rowStyle: TextStyle = { size: 15, bold: true };
const lineStyle: TextStyle = { size: 13 };
const captionStyle: TextStyle = { size: 12, colour: '#3d3d3d' };
/** Of a caption. */
const mostLines = 2;
const bar: Size = { width: 256, height: 12 };

/** Where everything of a sheet lies, by the widths of its text; throws a RangeError where there is no cell. */
export function layOutContactSheet(sheet: ContactSheet, measure: MeasureText): SheetLayout {
  const columns = Math.max(0, largestOf(sheet.rows.map((row) => row.cells.length)));
  if (columns === 0) throw new RangeError('a contact sheet needs at least one cell');
  const cell = sheet.cellSize ?? 224;
  const legend = sheet.legend && placedLegend(sheet.legend, measure);
  const inner = Math.max(columns * (cell + gap) - gap, legend?.width ?? 0);
  const drawing = new Drawing(inner, measure);

  if (sheet.title !== undefined) {
    drawing.line(sheet.title, margin, inner, titleStyle);
    drawing.skip(gap);
  }
  sheet.rows.forEach((row, index) => {
    if (index > 0) drawing.skip(2 * gap);
    if (row.title !== undefined) drawing.line(row.title, margin, inner, rowStyle);
    for (const line of row.lines ?? []) drawing.line(line, margin, inner, lineStyle);
    if (row.title !== undefined || row.lines !== undefined) drawing.skip(gap / 2);
    drawRow(drawing, row, cell);
  });
  if (legend !== undefined) {
    drawing.skip(2 * gap);
    for (const { text, left } of legend.labels) drawing.beside(text, margin + left, bar.height, captionStyle);
    drawing.image(legend.bar, margin + legend.barLeft, 0);
    drawing.skip(bar.height);
  }
  return drawing.finish();
}

function drawRow(drawing: Drawing, { cells }: ContactSheetRow, cell: number): void {
  const images = cells.map(({ image }) => image && fitted(image, cell));
  const height = largestOf(images.map((image) => image?.height ?? Math.round(cell / 2)));
  images.forEach((image, column) => {
    const left = margin + column * (cell + gap);
    if (image === undefined) drawing.frame(left, cell, height);
    else drawing.image(image, left + Math.floor((cell - image.width) / 2), Math.floor((height - image.height) / 2));
  });
  drawing.skip(height);
  drawCaptions(drawing, cells, cell);
  if (cells.every(({ words }) => words === undefined)) return;
  drawing.skip(gap / 3);
  drawing.words(cells.map(({ words = [] }, column) => ({ words, left: margin + column * (cell + gap), width: cell })));
}

function drawCaptions(drawing: Drawing, cells: readonly ContactSheetCell[], cell: number): void {
  if (cells.every(({ caption }) => caption === undefined)) return;
  drawing.skip(gap / 2);
  drawing.paragraphs(
    cells.map(({ caption = '' }, column) => ({ text: caption, left: margin + column * (cell + gap), width: cell })),
    captionStyle,
  );
}

function fitted(image: RgbImage, cell: number): RgbImage {
  const scale = Math.min(1, cell / image.width, cell / image.height);
  if (scale === 1) return image;
  const side = (length: number) => Math.max(1, Math.round(length * scale));
  return resize(image, { width: side(image.width), height: side(image.height) }, 'bicubic');
}

/** Title, label, bar and label from left to right; a text that is empty takes no room. */
function placedLegend({ colourMap, title = '', low = 'low', high = 'high' }: Legend, measure: MeasureText) {
  let at = 0;
  const place = (width: number): number => {
    const left = at;
    at += width && width + gap;
    return left;
  };
  const label = (text: string) => ({ text, left: place(Math.ceil(measure(text, captionStyle))) });
  const before = [label(title), label(low)];
  const barLeft = place(bar.width);
  const labels = [...before, label(high)].filter(({ text }) => text !== '');
  return { labels, bar: colourBar(colourMap), barLeft, width: at - gap };
}

function colourBar(name: ColourMapName): RgbImage {
  const colours = colourMap(name);
  const data = new Uint8Array(3 * bar.width * bar.height);
  for (let y = 0; y < bar.height; y++) data.set(colours, 3 * bar.width * y);
  return rgbImage(data, bar.width, bar.height);
}

/** What has been placed so far, from the top down; the height is known only when all is. */
class Drawing {
  readonly #width: number;
  readonly #measure: MeasureText;
  readonly #images: PlacedImage[] = [];
  readonly #shapes: string[] = [];
  #top = margin;

  constructor(innerWidth: number, measure: MeasureText) {
    this.#width = innerWidth + 2 * margin;
    this.#measure = measure;
  }

  skip(height: number): void {
    this.#top += height;
  }

  image(image: RgbImage, left: number, below: number): void {
    this.#images.push({ image, left, top: this.#top + below });
  }

  frame(left: number, width: number, height: number): void {
    this.#shapes.push(
      `<rect x="${left + 0.5}" y="${this.#top + 0.5}" width="${width - 1}" height="${height - 1}" fill="#f4f4f4" stroke="#d8d8d8"/>`,
    );
  }

  line(text: string, left: number, width: number, style: TextStyle): void {
    this.lines([{ text, left, width }], style);
  }

  lines(texts: readonly { text: string; left: number; width: number }[], style: TextStyle): void {
    for (const { text, left, width } of texts) {
      const fitted = fitText(text, width, style, this.#measure);
      this.#shapes.push(textElement(fitted, left, this.#top + baselineOfLine(style), style));
    }
    this.skip(heightOfLine(style));
  }

  /** Texts beside each other, in lines as they need them. */
  paragraphs(texts: readonly { text: string; left: number; width: number }[], style: TextStyle): void {
    const paragraphs = texts.map(({ text, left, width }) => {
      return wrapText(text, width, style, this.#measure, mostLines).map((line) => ({ text: line, left, width }));
    });
    const count = largestOf(paragraphs.map((lines) => lines.length));
    for (let at = 0; at < count; at += 1) {
      this.lines(
        paragraphs.flatMap((lines) => lines[at] ?? []),
        style,
      );
    }
  }

  words(texts: readonly { words: readonly SheetWord[]; left: number; width: number }[]): void {
    const drawn = texts.map(({ words, left, width }) =>
      drawWords(words, { left, top: this.#top, width }, this.#measure),
    );
    this.#shapes.push(drawn.map(({ svg }) => svg).join(''));
    this.skip(largestOf(drawn.map(({ height }) => height)));
  }

  beside(text: string, left: number, height: number, style: TextStyle): void {
    this.#shapes.push(textElement(text, left, this.#top + baselineBeside(height, style), style));
  }

  finish(): SheetLayout {
    const width = this.#width;
    const height = this.#top + margin;
    const ground = `<rect width="${width}" height="${height}" fill="#ffffff"/>`;
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${ground}${this.#shapes.join('')}</svg>`;
    return { width, height, svg, images: this.#images };
  }
}
