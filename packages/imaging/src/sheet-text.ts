/** How a line of a sheet is drawn. */
export interface TextStyle {
  /** Of the font, in pixels. */
  readonly size: number;
  readonly bold?: boolean;
  /** Any CSS colour. */
  readonly colour?: string;
}

/** How far a line reaches to the right of where it begins, in pixels. */
export type MeasureText = (text: string, style: TextStyle) => number;

// Of DejaVu Sans, as fractions of its size.
const ascent = 0.93;
const lineHeight = 1.17;
const capitalHeight = 0.729;

export function heightOfLine({ size }: TextStyle): number {
  return Math.ceil(lineHeight * size);
}

/** Where the baseline of a line lies below its top; letters on whole pixels are sharper. */
export function baselineOfLine({ size }: TextStyle): number {
  return Math.round(ascent * size);
}

/** Where the baseline lies below the top of what a line of capitals stands in the middle of. */
export function baselineBeside(height: number, { size }: TextStyle): number {
  return Math.round((height + capitalHeight * size) / 2);
}

/** A line as an SVG element, its left end at `x` and its baseline at `y`. */
export function textElement(text: string, x: number, y: number, { size, bold, colour = '#1c1c1c' }: TextStyle): string {
  const weight = bold ? ' font-weight="700"' : '';
  return `<text xml:space="preserve" x="${x}" y="${y}" font-size="${size}"${weight} fill="${colour}">${xmlText(text)}</text>`;
}

/** The text, or as much of its beginning as fits into `width` with an ellipsis; empty where not even that fits. */
export function fitText(text: string, width: number, style: TextStyle, measure: MeasureText): string {
  if (measure(text, style) <= width) return text;
  const letters = [...new Intl.Segmenter().segment(text)].map(({ segment }) => segment);
  let fitted = '';
  let [kept, most] = [0, letters.length - 1];
  while (kept <= most) {
    const middle = Math.floor((kept + most) / 2);
    const shortened = `${letters.slice(0, middle).join('').trimEnd()}…`;
    if (measure(shortened, style) <= width) {
      fitted = shortened;
      kept = middle + 1;
    } else most = middle - 1;
  }
  return fitted;
}

/** The text in as few lines of `width` as its spaces allow, `most` of them at most, of which the last ends in an ellipsis where that is too few. */
export function wrapText(
  text: string,
  width: number,
  style: TextStyle,
  measure: MeasureText,
  most: number,
): readonly string[] {
  const lines: string[] = [];
  const words = text.split(' ');
  let first = 0;
  while (first < words.length && lines.length < most - 1) {
    let end = first + 1;
    while (end < words.length && measure(words.slice(first, end + 1).join(' '), style) <= width) end += 1;
    lines.push(fitText(words.slice(first, end).join(' '), width, style, measure));
    first = end;
  }
  if (first < words.length) lines.push(fitText(words.slice(first).join(' '), width, style, measure));
  return lines;
}

/** In one line; what XML cannot hold, such as a control character or half a surrogate pair, becomes the replacement character. */
function xmlText(text: string): string {
  const line = text.replace(/\s/g, ' ').replace(/[\p{Cc}\p{Cs}\ufffe\uffff]/gu, '\ufffd');
  return line.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
