import { Resvg } from '@resvg/resvg-js';
import { textElement, type TextStyle } from '../sheet-text.ts';
import { svgFont as font } from './svg-font.ts';

/** How far a line reaches to the right of where it begins, in pixels of the font that comes along. */
export function measureText(text: string, style: TextStyle): number {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1">${textElement(text, 0, 0, style)}</svg>`;
  const box = new Resvg(svg, { font }).getBBox();
  return box === undefined ? 0 : Math.max(0, box.x + box.width);
}
