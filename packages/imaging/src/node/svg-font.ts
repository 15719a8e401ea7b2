import { createRequire } from 'node:module';
import type { ResvgRenderOptions } from '@resvg/resvg-js';

/** The font that comes along, so that drawings look the same everywhere; letters that it lacks become boxes. */
export const svgFont = {
  loadSystemFonts: false,
  fontFiles: ['DejaVuSans.ttf', 'DejaVuSans-Bold.ttf'].map((file) =>
    createRequire(import.meta.url).resolve(`dejavu-fonts-ttf/ttf/${file}`),
  ),
  defaultFontFamily: 'DejaVu Sans',
} satisfies ResvgRenderOptions['font'];
