import { largestOf, smallestOf } from '@understory/core';
import type { Size } from './rgb-image.ts';
import { baselineOfLine, fitText, heightOfLine, textElement, type MeasureText, type TextStyle } from './sheet-text.ts';

/** A rectangle in pixels, `x` and `y` its top left corner. */
interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** What is drawn over a picture, and what is written below it. */
export interface Annotations {
  /** In pixels of the picture; what lies outside is cut. A label that is empty is left out. */
  readonly boxes: readonly { readonly box: Rectangle; readonly label: string }[];
  /** Each on as many lines as it needs. */
  readonly lines?: readonly string[];
}

/** A drawing that lies over a picture in its top left corner, on a ground that reaches further down where something is written. */
export interface AnnotationLayout extends Size {
  readonly svg: string;
}

/** Colours that people with any colour vision can tell apart, with that of the letters on each. */
const colours = [
  ['#e69f00', '#000000'],
  ['#0072b2', '#ffffff'],
  ['#009e73', '#ffffff'],
  ['#cc79a7', '#000000'],
  ['#d55e00', '#ffffff'],
  ['#56b4e9', '#000000'],
  ['#f0e442', '#000000'],
] as const;

const margin = 6;
const inset = 3;

/** Boxes, each in a colour between dark edges, with its label where there is most room for it, and lines of text below the picture. */
export function layOutAnnotations(
  picture: Size,
  { boxes, lines = [] }: Annotations,
  measure: MeasureText,
): AnnotationLayout {
  const shapes: string[] = [];
  const taken: Rectangle[] = [];
  const thickness = Math.max(1, Math.round(Math.min(picture.width, picture.height) / 160));
  const style: TextStyle = { size: Math.max(11, Math.round(Math.min(picture.width, picture.height) / 32)) };
  for (const [at, { box }] of boxes.entries()) shapes.push(outline(box, thickness, colours[at % colours.length]![0]));
  for (const [at, { box, label }] of boxes.entries()) {
    if (label.trim() === '') continue;
    const [ground, ink] = colours[at % colours.length]!;
    const text = fitText(label, picture.width - 2 * inset, style, measure);
    const size = { width: Math.ceil(measure(text, style)) + 2 * inset, height: heightOfLine(style) + 2 };
    const place = placeFor(size, box, picture, taken);
    taken.push(place);
    shapes.push(
      `<rect x="${place.x}" y="${place.y}" width="${place.width}" height="${place.height}" fill="${ground}"/>`,
      textElement(text, place.x + inset, place.y + 1 + baselineOfLine(style), { ...style, colour: ink }),
    );
  }
  const lineStyle: TextStyle = { size: Math.max(13, style.size) };
  const written = lines.flatMap((line) => wrapped(line, picture.width - 2 * margin, lineStyle, measure));
  let top = picture.height + margin;
  const text: string[] = [];
  for (const line of written) {
    text.push(textElement(line, margin, top + baselineOfLine(lineStyle), lineStyle));
    top += heightOfLine(lineStyle);
  }
  const { width } = picture;
  const height = written.length === 0 ? picture.height : top + margin;
  const ground =
    written.length === 0
      ? ''
      : `<rect y="${picture.height}" width="${width}" height="${height - picture.height}" fill="#ffffff"/>`;
  // Boxes that reach out of the picture are cut there.
  const cut = `<svg width="${width}" height="${picture.height}">${shapes.join('')}</svg>`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${ground}${cut}${text.join('')}</svg>`;
  return { width, height, svg };
}

function outline({ x, y, width, height }: Rectangle, thickness: number, colour: string): string {
  const [left, top] = [Math.round(x), Math.round(y)];
  const [wide, high] = [Math.max(1, Math.round(x + width) - left), Math.max(1, Math.round(y + height) - top)];
  const ring = (stroke: string, lineWidth: number) =>
    `<rect x="${left}" y="${top}" width="${wide}" height="${high}" fill="none" stroke="${stroke}" stroke-width="${lineWidth}"/>`;
  return ring('#000000', 2 * thickness + 2) + ring(colour, 2 * thickness);
}

/** Above the box, else within or below it: the first place in the picture that no earlier label has, else that which overlaps them least. */
function placeFor(size: Size, box: Rectangle, picture: Size, taken: readonly Rectangle[]): Rectangle {
  const within = (value: number, most: number) => Math.round(Math.min(Math.max(0, value), Math.max(0, most)));
  const right = box.x + box.width - size.width;
  const bottom = box.y + box.height;
  const places = [
    [box.x, box.y - size.height],
    [box.x, box.y],
    [box.x, bottom],
    [right, box.y - size.height],
    [right, bottom],
    [box.x, bottom - size.height],
    [right, bottom - size.height],
  ].map(([x = 0, y = 0]) => ({
    ...size,
    x: within(x, picture.width - size.width),
    y: within(y, picture.height - size.height),
  }));
  const overlaps = places.map((place) => largestOf([0, ...taken.map((other) => overlap(place, other))]));
  return places[overlaps.indexOf(smallestOf(overlaps))]!;
}

function overlap(one: Rectangle, other: Rectangle): number {
  const width = Math.min(one.x + one.width, other.x + other.width) - Math.max(one.x, other.x);
  const height = Math.min(one.y + one.height, other.y + other.height) - Math.max(one.y, other.y);
  return Math.max(0, width) * Math.max(0, height);
}

/** In lines that break between words. */
function wrapped(text: string, width: number, style: TextStyle, measure: MeasureText): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(/[^\S\u00a0]+/).filter((part) => part !== '')) {
    const longer = lines.length === 0 ? word : `${lines.at(-1)} ${word}`;
    if (lines.length > 0 && measure(longer, style) <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines.map((line) => fitText(line, width, style, measure));
}
