import { largestOf } from '@understory/core';
import sharp from 'sharp';
import { colourMap, type ColourMapName } from './colour-map.ts';
import { resize } from './resize.ts';
import { rgbImage, type RgbImage, type Size } from './rgb-image.ts';
import { descent, fitText, textPath, textWidth, type TextStyle } from './stroke-font.ts';

export interface ContactSheet {
  readonly title?: string;
  readonly rows: readonly ContactSheetRow[];
  readonly legend?: Legend;
  /** The square that each image is fitted into, in pixels; 224 where absent. */
  readonly cellSize?: number;
}

export interface ContactSheetRow {
  readonly title?: string;
  readonly cells: readonly ContactSheetCell[];
}

export interface ContactSheetCell {
  /** Absent where there is nothing to show: the cell is then an empty frame. */
  readonly image?: RgbImage;
  readonly caption?: string;
}

/** A colour bar with a label at each end. */
export interface Legend {
  readonly colourMap: ColourMapName;
  /** What the colours stand for. */
  readonly title?: string;
  readonly low?: string;
  readonly high?: string;
}

const margin = 24;
const gap = 12;
const titleStyle: TextStyle = { height: 15, bold: true };
const rowStyle: TextStyle = { height: 11, bold: true };
const captionStyle: TextStyle = { height: 9, colour: '#3d3d3d' };
const bar: Size = { width: 256, height: 12 };

/**
 * Draws images in labelled rows on white, with a colour bar below them.
 *
 * Images larger than the cell are shrunk, smaller ones keep their size; labels that are too long end in an ellipsis.
 * Throws a RangeError where there is no cell.
 */
export async function contactSheet(sheet: ContactSheet): Promise<RgbImage> {
  const columns = Math.max(0, largestOf(sheet.rows.map((row) => row.cells.length)));
  if (columns === 0) throw new RangeError('a contact sheet needs at least one cell');
  const cell = sheet.cellSize ?? 224;
  const inner = Math.max(columns * (cell + gap) - gap, legendWidth(sheet.legend));
  const drawing = new Drawing(inner);

  if (sheet.title !== undefined) {
    drawing.line(sheet.title, margin, inner, titleStyle);
    drawing.skip(gap);
  }
  sheet.rows.forEach((row, index) => {
    if (index > 0) drawing.skip(2 * gap);
    if (row.title !== undefined) {
      drawing.line(row.title, margin, inner, rowStyle);
      drawing.skip(gap / 2);
    }
    drawRow(drawing, row, cell);
  });
  if (sheet.legend !== undefined) {
    drawing.skip(2 * gap);
    drawLegend(drawing, sheet.legend);
  }
  return drawing.render();
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
  if (cells.every(({ caption }) => caption === undefined)) return;
  drawing.skip(gap / 2);
  drawing.lines(
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

function legendTexts({ title = '', low = 'low', high = 'high' }: Legend) {
  return { title, low, high };
}

function legendWidth(legend: Legend | undefined): number {
  if (legend === undefined) return 0;
  const { title, low, high } = legendTexts(legend);
  const labels = [title, low, high].map((text) => Math.ceil(textWidth(text, captionStyle)));
  return labels.reduce((sum, width) => sum + (width && width + gap), bar.width);
}

function drawLegend(drawing: Drawing, legend: Legend): void {
  const { title, low, high } = legendTexts(legend);
  let left = margin;
  const label = (text: string, width: number) => {
    if (text !== '') drawing.beside(text, left, bar.height, captionStyle);
    left += width && width + gap;
  };
  label(title, Math.ceil(textWidth(title, captionStyle)));
  label(low, Math.ceil(textWidth(low, captionStyle)));
  drawing.image(colourBar(legend.colourMap), left, 0);
  left += bar.width + gap;
  label(high, Math.ceil(textWidth(high, captionStyle)));
  drawing.skip(bar.height);
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
  readonly #images: { readonly image: RgbImage; readonly left: number; readonly top: number }[] = [];
  readonly #shapes: string[] = [];
  #top = margin;

  constructor(innerWidth: number) {
    this.#width = innerWidth + 2 * margin;
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
      this.#shapes.push(textPath(fitText(text, width, style), left + 1, this.#top + style.height, style));
    }
    this.skip(Math.ceil(style.height * (1 + descent)));
  }

  beside(text: string, left: number, height: number, style: TextStyle): void {
    this.#shapes.push(textPath(text, left, this.#top + (height + style.height) / 2, style));
  }

  async render(): Promise<RgbImage> {
    const width = this.#width;
    const height = this.#top + margin;
    const canvas = new Uint8Array(3 * width * height).fill(255);
    for (const { image, left, top } of this.#images) {
      const row = 3 * image.width;
      for (let y = 0; y < image.height; y++) {
        canvas.set(image.data.subarray(y * row, (y + 1) * row), 3 * ((top + y) * width + left));
      }
    }
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${this.#shapes.join('')}</svg>`;
    const { data } = await sharp(canvas, { raw: { width, height, channels: 3 } })
      .composite([{ input: Buffer.from(svg) }])
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    return rgbImage(new Uint8Array(data.buffer, data.byteOffset, data.length), width, height);
  }
}
