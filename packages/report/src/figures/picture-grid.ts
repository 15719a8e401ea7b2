import { largestOf } from '@understory/core';
import { dataUri } from './data-uri.ts';
import { escapeXml } from './escape-xml.ts';
import type { Figure } from './figure.ts';

/** A picture with what is said of it. */
export interface Picture {
  /** Undefined where it is not there. */
  readonly image: { readonly png: Uint8Array; readonly enlarged: boolean } | undefined;
  /** What stands in its place then; `not kept` without it. */
  readonly absent?: string;
  readonly caption: string;
  /** What it shows, for those who do not see it. */
  readonly alt: string;
}

export interface PictureRow {
  readonly title: string;
  /** Whether it belongs to the row before it. */
  readonly minor?: boolean;
  /** Whether its pictures hold text that is to be read. */
  readonly isLarge?: boolean;
  readonly pictures: readonly Picture[];
}

const side = 144;
const gap = 12;
const lineHeight = 15;
/** How many letters of a caption fit under a picture. */
const letters = 23;

/** Rows of pictures, captions under them, as one drawing. */
export function pictureGrid(
  { name, title, caption }: Pick<Figure, 'name' | 'title' | 'caption'>,
  rows: readonly PictureRow[],
): Figure {
  const columns = largestOf(rows.map(({ pictures }) => pictures.length));
  const width = gap + columns * (side + gap);
  const alt = `${title}. ${rows.map((row) => `${row.title}: ${row.pictures.map((each) => each.caption).join(', ')}`).join('. ')}.`;
  const drawn: string[] = [];
  let top = gap;
  for (const row of rows) {
    for (const line of wrapped(row.title, Math.floor((width - 2 * gap) / 7))) {
      drawn.push(`<text x="${gap}" y="${top + 12}" font-weight="bold">${escapeXml(line)}</text>`);
      top += lineHeight + 2;
    }
    top += 4;
    const captions = row.pictures.map((picture) => wrapped(picture.caption, letters));
    for (const [column, { image, absent = 'not kept' }] of row.pictures.entries()) {
      const left = gap + column * (side + gap);
      drawn.push(
        image === undefined
          ? `<rect x="${left + 0.5}" y="${top + 0.5}" width="${side - 1}" height="${side - 1}" fill="none" stroke="currentColor" stroke-opacity="0.5" stroke-dasharray="4,4" />` +
              `<text x="${left + side / 2}" y="${top + side / 2 + 4}" text-anchor="middle" font-size="11">${escapeXml(absent)}</text>`
          : `<image x="${left}" y="${top}" width="${side}" height="${side}" preserveAspectRatio="xMidYMid meet"` +
              `${image.enlarged ? ' style="image-rendering: pixelated"' : ''} href="${dataUri('image/png', image.png)}" />` +
              `<rect x="${left + 0.5}" y="${top + 0.5}" width="${side - 1}" height="${side - 1}" fill="none" stroke="currentColor" stroke-opacity="0.2" />`,
      );
      for (const [at, line] of captions[column]!.entries()) {
        const y = top + side + 14 + at * lineHeight;
        drawn.push(`<text x="${left}" y="${y}" font-size="11">${escapeXml(line)}</text>`);
      }
    }
    top += side + 14 + lineHeight * Math.max(0, largestOf(captions.map((lines) => lines.length))) + gap;
  }
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${top}" width="${width}" height="${top}" font-size="12" ` +
    `font-family="system-ui, sans-serif" fill="currentColor" role="img" aria-label="${escapeXml(alt)}">${drawn.join('')}</svg>`;
  return { name, title, alt, caption, svg };
}

/** Words in lines of so many letters; a word that is longer is cut. */
function wrapped(text: string, most: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(/[ \n]+/).filter((each) => each !== '')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= most) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else {
      for (let at = 0; at < word.length; at += most) lines.push(word.slice(at, at + most));
    }
  }
  return lines;
}
