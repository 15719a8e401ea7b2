import { Resvg } from '@resvg/resvg-js';
import { svgFont } from './svg-font.ts';

/** A stand-alone SVG drawing as PNG, `zoom` times as large; letters come from a font that is brought along, so it looks the same everywhere. */
export function svgToPng(svg: string, zoom = 1): Uint8Array {
  return new Resvg(svg, { font: svgFont, fitTo: { mode: 'zoom', value: zoom } }).render().asPng();
}
