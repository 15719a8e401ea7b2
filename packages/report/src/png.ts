import { createRequire } from 'node:module';
import { Resvg } from '@resvg/resvg-js';
import { sans } from './figures/figure.ts';

/** A stand-alone drawing as PNG, twice as large; letters come from a font that is brought along, so it looks the same everywhere. */
export function toPng(svg: string): Uint8Array {
  const fontFiles = ['DejaVuSans.ttf', 'DejaVuSans-Bold.ttf'].map((file) =>
    createRequire(import.meta.url).resolve(`dejavu-fonts-ttf/ttf/${file}`),
  );
  const font = { loadSystemFonts: false, fontFiles, defaultFontFamily: sans };
  return new Resvg(svg, { font, fitTo: { mode: 'zoom', value: 2 } }).render().asPng();
}
