/** How a character is drawn: an SVG path of strokes, capitals 20 units tall from y = 0 to the baseline at y = 20. */
interface Glyph {
  readonly width: number;
  readonly path: string;
}

const bowl = 'M5.5 6A5.5 7 0 1 1 5.5 20A5.5 7 0 1 1 5.5 6Z';
const ring = 'M8.5 0A8.5 10 0 1 1 8.5 20A8.5 10 0 1 1 8.5 0Z';
const sCurve =
  'M11.2 3.8C10.2 1.3 8.2 0 5.8 0C2.8 0 0.6 1.9 0.6 4.7C0.6 8.3 3.6 9 6.1 9.7C9.2 10.5 11.8 11.4 11.8 15C11.8 18 9.4 20 6 20C3 20 0.8 18.6 0 16';

/** A monoline face of our own: drawn as paths, it needs no fonts on the machine and looks the same everywhere. */
const glyphs: Readonly<Record<string, Glyph>> = {
  ' ': { width: 4, path: '' },
  '!': { width: 0, path: 'M0 0V13.5M0 19.8V20' },
  '"': { width: 4, path: 'M0 0V5M4 0V5' },
  '#': { width: 13, path: 'M4.7 1L2.7 19M10.3 1L8.3 19M1 6.8H13M0 13.2H12' },
  $: { width: 12, path: `${sCurve}M6 -3V23` },
  '%': {
    width: 17,
    path: 'M3.7 0A3.7 4.5 0 1 1 3.7 9A3.7 4.5 0 1 1 3.7 0ZM13.3 11A3.7 4.5 0 1 1 13.3 20A3.7 4.5 0 1 1 13.3 11ZM13.8 0L3.2 20',
  },
  '&': {
    width: 14,
    path: 'M14 20L3 6.5C0.7 3.2 2.6 0 5.8 0C9 0 10.5 3 8.8 5.7C7.2 8.2 0 9.5 0 14.8C0 18 2.3 20 5.4 20C9.6 20 12.6 16.5 13 11',
  },
  "'": { width: 0, path: 'M0 0V5' },
  '(': { width: 4, path: 'M4 -2C1.2 2 0 5.6 0 10.2C0 14.8 1.2 18.6 4 23' },
  ')': { width: 4, path: 'M0 -2C2.8 2 4 5.6 4 10.2C4 14.8 2.8 18.6 0 23' },
  '*': { width: 8, path: 'M4 0V9M0 2.2L8 6.8M8 2.2L0 6.8' },
  '+': { width: 11, path: 'M5.5 5.5V16.5M0 11H11' },
  ',': { width: 1, path: 'M1 19.6L0 23.4' },
  '-': { width: 6, path: 'M0 12.5H6' },
  '.': { width: 0, path: 'M0 19.8V20' },
  '/': { width: 8, path: 'M8 -1L0 22' },
  '0': { width: 11.5, path: 'M5.75 0A5.75 10 0 1 1 5.75 20A5.75 10 0 1 1 5.75 0Z' },
  '1': { width: 11.5, path: 'M2 4L6.8 0V20' },
  '2': { width: 11.5, path: 'M0.4 5.4C0.4 2.2 2.8 0 5.8 0C8.8 0 11 2.1 11 5.2C11 9.6 5 13 0.3 20H11.4' },
  '3': {
    width: 11.5,
    path: 'M0.6 3.6C1.6 1.3 3.4 0 5.7 0C8.6 0 10.7 1.9 10.7 4.7C10.7 7.7 8.4 9.5 5.2 9.5C8.8 9.5 11.3 11.5 11.3 14.7C11.3 17.9 8.8 20 5.6 20C3 20 1 18.6 0 16.2',
  },
  '4': { width: 11.5, path: 'M8.6 20V0L0 14.3H11.6' },
  '5': {
    width: 11.5,
    path: 'M10.4 0H2L1 9C2.2 8 3.8 7.4 5.6 7.4C9 7.4 11.4 10 11.4 13.6C11.4 17.4 8.9 20 5.5 20C2.9 20 0.9 18.7 0 16.4',
  },
  '6': { width: 11.5, path: 'M9.2 0C4.2 2.2 0.15 7.8 0.15 13.8A5.6 6.2 0 1 0 11.35 13.8A5.6 6.2 0 1 0 0.15 13.8' },
  '7': { width: 11.5, path: 'M0 0H11.4L4 20' },
  '8': {
    width: 11.5,
    path: 'M5.75 0A4.8 4.7 0 1 1 5.75 9.4A4.8 4.7 0 1 1 5.75 0ZM5.75 9.4A5.5 5.3 0 1 1 5.75 20A5.5 5.3 0 1 1 5.75 9.4Z',
  },
  '9': { width: 11.5, path: 'M2.3 20C7.3 17.8 11.35 12.2 11.35 6.2A5.6 6.2 0 1 0 0.15 6.2A5.6 6.2 0 1 0 11.35 6.2' },
  ':': { width: 0, path: 'M0 8.8V9M0 19.8V20' },
  ';': { width: 1, path: 'M1 8.8V9M1 19.6L0 23.4' },
  '<': { width: 10, path: 'M10 5L0 11L10 17' },
  '=': { width: 11, path: 'M0 8H11M0 13.8H11' },
  '>': { width: 10, path: 'M0 5L10 11L0 17' },
  '?': { width: 9.5, path: 'M0 4.4C0.6 1.6 2.4 0 4.9 0C7.6 0 9.6 1.8 9.6 4.5C9.6 8.6 4.8 8.6 4.8 13.5M4.8 19.8V20' },
  '@': {
    width: 19,
    path: 'M13.4 6.5V12.4A2.7 2.7 0 0 0 18.8 12.4V10.5A9.4 10 0 1 0 14.6 19M13.4 10.8A4 4.3 0 1 1 5.4 10.8A4 4.3 0 1 1 13.4 10.8',
  },
  A: { width: 14, path: 'M0 20L7 0L14 20M2.5 13H11.5' },
  B: { width: 11.75, path: 'M0 9.5H6A4.75 4.75 0 0 0 6 0H0V20H6.5A5.25 5.25 0 0 0 6.5 9.5H6' },
  C: { width: 16, path: 'M16.3 4.2A9 10 0 1 0 16.3 15.8' },
  D: { width: 14, path: 'M0 0V20H5A9 10 0 0 0 5 0Z' },
  E: { width: 10.5, path: 'M10.5 0H0V20H10.5M0 9.5H9' },
  F: { width: 10.5, path: 'M10.5 0H0V20M0 9.8H9' },
  G: { width: 18, path: 'M16.3 4.2A9 10 0 1 0 17.95 11H11' },
  H: { width: 13, path: 'M0 0V20M13 0V20M0 9.5H13' },
  I: { width: 0, path: 'M0 0V20' },
  J: { width: 8, path: 'M8 0V15A4 5 0 0 1 0 15' },
  K: { width: 12, path: 'M0 0V20M11.5 0L0 12.5M4.6 7.8L12.3 20' },
  L: { width: 10, path: 'M0 0V20H10' },
  M: { width: 16, path: 'M0 20V0L8 14L16 0V20' },
  N: { width: 13, path: 'M0 20V0L13 20V0' },
  O: { width: 17, path: ring },
  P: { width: 11.5, path: 'M0 20V0H6A5.5 5.5 0 0 1 6 11H0' },
  Q: { width: 17, path: `${ring}M10.8 14.5L16.5 21.5` },
  R: { width: 12, path: 'M0 20V0H6A5.5 5.5 0 0 1 6 11H0M6 11L12 20' },
  S: { width: 12, path: sCurve },
  T: { width: 14, path: 'M0 0H14M7 0V20' },
  U: { width: 13, path: 'M0 0V13.5A6.5 6.5 0 0 0 13 13.5V0' },
  V: { width: 14, path: 'M0 0L7 20L14 0' },
  W: { width: 20, path: 'M0 0L5 20L10 2L15 20L20 0' },
  X: { width: 13, path: 'M0 0L13 20M13 0L0 20' },
  Y: { width: 13, path: 'M0 0L6.5 10.5L13 0M6.5 10.5V20' },
  Z: { width: 12, path: 'M0 0H12L0 20H12' },
  '[': { width: 4, path: 'M4 -2H0V23H4' },
  '\\': { width: 8, path: 'M0 -1L8 22' },
  ']': { width: 4, path: 'M0 -2H4V23H0' },
  '^': { width: 9, path: 'M0 7L4.5 0L9 7' },
  _: { width: 11, path: 'M0 23H11' },
  '`': { width: 3, path: 'M0 0L3 3.6' },
  a: { width: 11, path: `${bowl}M11 6V20` },
  b: { width: 11, path: `${bowl}M0 0V20` },
  c: { width: 10, path: 'M10.3 9.2A5.7 7 0 1 0 10.3 16.8' },
  d: { width: 11, path: `${bowl}M11 0V20` },
  e: { width: 11, path: 'M0 13H11A5.5 7 0 1 0 9.8 17.36' },
  f: { width: 6.5, path: 'M6.8 0.3C3.8 -0.6 2.5 1.2 2.5 4V20M0 6.5H6.3' },
  g: { width: 11, path: `${bowl}M11 6V20.5C11 26.8 3.4 27.2 0.8 23.8` },
  h: { width: 10.5, path: 'M0 0V20M0 11.5A5.25 5.5 0 0 1 10.5 11.5V20' },
  i: { width: 0, path: 'M0 6V20M0 0.8V1' },
  j: { width: 3.5, path: 'M3.5 6V22C3.5 25 2.2 26 0 25.6M3.5 0.8V1' },
  k: { width: 9.5, path: 'M0 0V20M9 6L0 14.5M3.8 11L9.7 20' },
  l: { width: 0, path: 'M0 0V20' },
  m: { width: 17, path: 'M0 6V20M0 11A4.25 5 0 0 1 8.5 11V20M8.5 11A4.25 5 0 0 1 17 11V20' },
  n: { width: 10.5, path: 'M0 6V20M0 11.5A5.25 5.5 0 0 1 10.5 11.5V20' },
  o: { width: 11, path: bowl },
  p: { width: 11, path: `${bowl}M0 6V26` },
  q: { width: 11, path: `${bowl}M11 6V26` },
  r: { width: 6, path: 'M0 6V20M0 11.5C0.4 7.5 3.2 5.6 6.3 6.3' },
  s: {
    width: 9,
    path: 'M8.6 8.6C7.8 6.8 6.3 6 4.5 6C2.2 6 0.5 7.3 0.5 9.4C0.5 11.6 2.4 12.2 4.6 12.8C7 13.4 9 14.2 9 16.5C9 18.7 7 20 4.6 20C2.4 20 0.7 19 0 17.2',
  },
  t: { width: 6.5, path: 'M2.5 1.5V16.5C2.5 19.6 4.2 20.5 6.8 19.7M0 6.5H6.5' },
  u: { width: 10.5, path: 'M0 6V14.5A5.25 5.5 0 0 0 10.5 14.5V6M10.5 6V20' },
  v: { width: 10.5, path: 'M0 6L5.25 20L10.5 6' },
  w: { width: 16, path: 'M0 6L4 20L8 7.5L12 20L16 6' },
  x: { width: 10, path: 'M0 6L10 20M10 6L0 20' },
  y: { width: 10.5, path: 'M0 6L5.4 19.5M10.5 6L4.2 22.5C3.4 24.8 2.2 25.8 0.2 25.6' },
  z: { width: 9, path: 'M0 6H9L0 20H9' },
  '{': {
    width: 5,
    path: 'M5 -2C2.5 -2 2.5 -1 2.5 2V7.5C2.5 9.6 2 10.5 0 10.5C2 10.5 2.5 11.4 2.5 13.5V19C2.5 22 2.5 23 5 23',
  },
  '|': { width: 0, path: 'M0 -2V23' },
  '}': {
    width: 5,
    path: 'M0 -2C2.5 -2 2.5 -1 2.5 2V7.5C2.5 9.6 3 10.5 5 10.5C3 10.5 2.5 11.4 2.5 13.5V19C2.5 22 2.5 23 0 23',
  },
  '~': { width: 12, path: 'M0 12.5C1.5 9 4 9 6 10.8C8 12.7 10.5 12.7 12 9.1' },
  '–': { width: 11, path: 'M0 12.5H11' },
  '×': { width: 9, path: 'M0 6.5L9 15.5M9 6.5L0 15.5' },
  '…': { width: 12, path: 'M0 19.8V20M6 19.8V20M12 19.8V20' },
};

/** A character without a glyph. */
const missing: Glyph = { width: 10, path: 'M0 0H10V20H0Z' };

const capitalHeight = 20;

export interface TextStyle {
  /** Of the capitals, in pixels. */
  readonly height: number;
  readonly bold?: boolean;
  /** Any CSS colour. */
  readonly colour?: string;
}

/** How far below the baseline letters reach, as a share of the height of the capitals. */
export const descent = 0.35;

/** The width of a line in pixels. */
export function textWidth(text: string, style: TextStyle): number {
  const spacing = spacingOf(style);
  const units = glyphsOf(text).reduce((sum, glyph) => sum + glyph.width + spacing, 0);
  return Math.max(0, units - spacing) * (style.height / capitalHeight);
}

/** Between two letters, in units: bold strokes reach further out. */
function spacingOf({ bold = false }: TextStyle): number {
  return bold ? 6 : 4.8;
}

/** A line as an SVG group, its left end at `x` and its baseline at `y`; letters without a glyph lose their accents, or become boxes. */
export function textPath(text: string, x: number, y: number, style: TextStyle): string {
  const scale = style.height / capitalHeight;
  const weight = style.bold ? 3.6 : 2.4;
  const spacing = spacingOf(style);
  let at = 0;
  const paths = glyphsOf(text).map((glyph) => {
    const path = glyph.path && `<path transform="translate(${fixed(at)} 0)" d="${glyph.path}"/>`;
    at += glyph.width + spacing;
    return path;
  });
  return (
    `<g transform="translate(${fixed(x)} ${fixed(y - style.height)}) scale(${fixed(scale)})" fill="none" ` +
    `stroke="${style.colour ?? '#1c1c1c'}" stroke-width="${weight}" stroke-linecap="round" stroke-linejoin="round">` +
    `${paths.join('')}</g>`
  );
}

/** The beginning of a text that fits into `width` pixels, closed with an ellipsis where something is left out. */
export function fitText(text: string, width: number, style: TextStyle): string {
  if (textWidth(text, style) <= width) return text;
  const characters = [...text];
  while (characters.length > 0) {
    characters.pop();
    const shortened = `${characters.join('').trimEnd()}…`;
    if (textWidth(shortened, style) <= width) return shortened;
  }
  return '';
}

function glyphsOf(text: string): readonly Glyph[] {
  return [...text.normalize('NFC')].map((character) => {
    const plain = character.normalize('NFD')[0] ?? character;
    return own(character) ?? own(plain) ?? missing;
  });
}

function own(character: string): Glyph | undefined {
  return Object.hasOwn(glyphs, character) ? glyphs[character] : undefined;
}

function fixed(value: number): string {
  return value.toFixed(3);
}
