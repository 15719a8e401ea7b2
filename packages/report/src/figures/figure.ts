import { plot, type PlotOptions } from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { cssVariables } from './palette.ts';

/** A drawing with all that stands around it on a page. */
export interface Figure {
  /** Of its files, without an ending. */
  readonly name: string;
  readonly title: string;
  /** What is to be seen, for those who do not see it. */
  readonly alt: string;
  readonly caption: string;
  /** An `svg` element whose colours are CSS variables. */
  readonly svg: string;
}

/** The font of drawings that are files of their own. */
const sans = 'DejaVu Sans';

/** Draws with Observable Plot; `alt` becomes the accessible name. */
export function draw(options: PlotOptions, alt: string): string {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const svg = plot({
    document,
    width: 760,
    ...options,
    style: { fontSize: '12px', background: 'none', ...(typeof options.style === 'object' ? options.style : {}) },
  });
  svg.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  svg.setAttribute('role', 'img');
  // The serialiser leaves ampersands as they are.
  svg.setAttribute('aria-label', alt.replaceAll('&', '&amp;').replaceAll('<', '&lt;'));
  // Plot counts its charts in a process to name their classes; what is written must not depend on that.
  return svg.outerHTML.replaceAll(/<style>.*?<\/style>/gs, '').replaceAll(/ class="plot-[^"]*"/g, '');
}

/** The same drawing as a file of its own, in dark ink on white. */
export function standalone(svg: string): string {
  const light = cssVariables('light');
  const resolved = svg
    .replaceAll(/var\((--[a-z0-9-]+)\)/g, (whole, name: string) => light[name] ?? whole)
    .replace(/font-family="[^"]*"/, `font-family="${sans}, system-ui, sans-serif"`);
  const [, width, height] = /viewBox="0 0 ([\d.]+) ([\d.]+)"/.exec(resolved) ?? [];
  const ground = `<rect width="${width}" height="${height}" fill="${light['--ground']}" stroke="none" />`;
  return resolved.replace(
    /<svg ((?:[^>"]|"[^"]*")*)>/,
    (_, attributes: string) => `<svg ${attributes} color="${light['--ink']}">${ground}`,
  );
}
