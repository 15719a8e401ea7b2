import { largestOf } from '@understory/core';
import { baselineOfLine, heightOfLine, textElement, type MeasureText, type TextStyle } from './sheet-text.ts';

/** A word of a text, and how much it counts: any number, compared with those of the other words. */
export interface SheetWord {
  readonly text: string;
  readonly weight: number;
}

const style: TextStyle = { size: 13 };
const space = 4;
const inset = 3;
/** Words that speak for what is explained, and those that speak against it. */
const colours = { for: '217, 119, 6', against: '37, 99, 175' } as const;

/** Height of a line of words with their ground, in pixels. */
const lineHeight = heightOfLine(style) + 5;

/** Words as boxes from left to right, in lines of the given width, the ground the stronger the more a word counts; at `left` and `top`. */
export function drawWords(
  words: readonly SheetWord[],
  { left, top, width }: { readonly left: number; readonly top: number; readonly width: number },
  measure: MeasureText,
): { readonly svg: string; readonly height: number } {
  const most = Math.max(1e-12, largestOf(words.map(({ weight }) => Math.abs(weight))));
  let [x, line] = [0, 0];
  const shapes = words.map(({ text, weight }) => {
    const wide = Math.ceil(measure(text, style)) + 2 * inset;
    if (x > 0 && x + wide > width) [x, line] = [0, line + 1];
    const at = { x: left + x, y: top + line * lineHeight };
    x += wide + space;
    const strength = (Math.abs(weight) / most) * 0.75;
    const ground = `rgba(${weight < 0 ? colours.against : colours.for}, ${strength.toFixed(3)})`;
    const box = `<rect x="${at.x}" y="${at.y}" width="${wide}" height="${lineHeight - 3}" rx="3" fill="${ground}"/>`;
    return box + textElement(text, at.x + inset, at.y + baselineOfLine(style) + 1, style);
  });
  return { svg: shapes.join(''), height: words.length === 0 ? 0 : (line + 1) * lineHeight };
}
