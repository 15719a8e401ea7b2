import type { Box } from '@understory/core';
import type { FloatMap, RgbImage } from '@understory/imaging';
import { contourOf, paint, type Drawing } from './heat.ts';

/** A picture with what lies over it. */
export interface FigureParts extends Drawing {
  readonly picture: RgbImage;
  readonly map: FloatMap | null;
  readonly hasContour: boolean;
  readonly boxes: readonly { readonly box: Box; readonly label: string }[];
  /** Below the picture. */
  readonly caption: string;
}

/** How much larger than what the network sees a kept figure is. */
const enlarged = 3;

/** A figure as one SVG file that needs nothing beside it. */
export function figureSvg({ picture, map, hasContour, boxes, caption, ...drawing }: FigureParts): string {
  const canvas = document.createElement('canvas');
  paint(canvas, picture, map, drawing);
  const { width, height } = picture;
  const contour = map && hasContour ? contourOf(map, picture) : '';
  const foot = 10;
  const lines = boxes.map(
    ({ box, label }) =>
      `<rect x="${box.x}" y="${box.y}" width="${box.width}" height="${box.height}" fill="none" stroke="#fff" stroke-width="1"/><text x="${box.x + 2}" y="${box.y + 8}" font-size="7" fill="#fff">${escaped(label)}</text>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height + foot}" width="${enlarged * width}" height="${enlarged * (height + foot)}" font-family="system-ui, sans-serif">`,
    `<title>${escaped(caption)}</title>`,
    `<rect width="100%" height="100%" fill="#fff"/>`,
    `<image href="${canvas.toDataURL('image/png')}" width="${width}" height="${height}"/>`,
    contour === '' ? '' : `<path d="${contour}" fill="none" stroke="#fff" stroke-width="1"/>`,
    ...lines,
    `<text x="1" y="${height + 7}" font-size="5" fill="#1d211c">${escaped(caption)}</text>`,
    '</svg>',
  ].join('\n');
}

/** A chart of the page as one SVG file, with its colours as they are on the page and its ground behind it. */
export function chartSvg(chart: SVGSVGElement, title: string): string {
  const style = getComputedStyle(document.documentElement);
  const copy = chart.cloneNode(true) as SVGSVGElement;
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  copy.removeAttribute('aria-hidden');
  const text = new XMLSerializer().serializeToString(copy);
  const coloured = text.replaceAll(/var\((--[\w-]+)\)/g, (_, name: string) => style.getPropertyValue(name).trim());
  const head = `<title>${escaped(title)}</title><rect width="100%" height="100%" fill="${style.getPropertyValue('--panel').trim()}"/>`;
  return coloured.replace(/^(<svg[^>]*>)/, `$1${head}`);
}

/** An SVG as the bytes of a PNG. */
export async function pngOf(svg: string): Promise<Blob> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
  canvas.getContext('2d')?.drawImage(image, 0, 0);
  return new Promise((resolve, reject) => {
    canvas.toBlob(
      (blob) => (blob === null ? reject(new Error('the picture cannot be encoded')) : resolve(blob)),
      'image/png',
    );
  });
}

/** Hands a file to the person who looks at the page. */
export function save(name: string, content: Blob | Uint8Array | string, type = 'application/octet-stream'): void {
  const blob = content instanceof Blob ? content : new Blob([content as BlobPart], { type });
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
