import { largestOf, type Box } from '@understory/core';
import type { FloatMap, RgbImage } from '@understory/imaging';
import { contourOf, paint, type Drawing } from './heat.ts';

/** A picture with what lies over it. */
export interface FigureParts extends Drawing {
  readonly picture: RgbImage;
  readonly map: FloatMap | null;
  readonly hasContour: boolean;
  readonly boxes: readonly { readonly box: Box; readonly label: string }[];
  /** Paints what lies over the map, and says which colour is what. */
  readonly regions?: {
    readonly paint: (canvas: HTMLCanvasElement) => void;
    readonly legend: readonly { readonly label: string; readonly colour: string }[];
  };
  /** Below the picture. */
  readonly caption: string;
}

/** How wide a kept figure is, in pixels, whatever the network sees. */
const figureWidth = 672;
/** The most figures beside each other. */
const mostColumns = 5;
const cellWidth = 260;
const gap = 16;

/** A figure as one SVG file that needs nothing beside it. */
export function figureSvg(parts: FigureParts): string {
  const { body, height } = drawn(parts, figureWidth, 15);
  return svgFile(figureWidth, height, parts.caption, body);
}

/** Figures beside each other as one SVG file that needs nothing beside it. */
export function gridSvg(cells: readonly FigureParts[], title: string): string {
  const all = cells.map((cell) => drawn(cell, cellWidth, 12));
  const columns = Math.min(mostColumns, Math.max(1, all.length));
  const rowHeight = largestOf(all.map(({ height }) => height)) + gap;
  const placed = all.map(({ body }, at) => {
    const [x, y] = [gap + (at % columns) * (cellWidth + gap), gap + Math.floor(at / columns) * rowHeight];
    return `<g transform="translate(${x} ${y})">\n${body}\n</g>`;
  });
  const height = gap + Math.ceil(all.length / columns) * rowHeight;
  return svgFile(gap + columns * (cellWidth + gap), height, title, placed.join('\n'));
}

/** A white ground with a title and what lies on it. */
export function svgFile(width: number, height: number, title: string, body: string): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="system-ui, sans-serif">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="100%" height="100%" fill="#fff"/>`,
    body,
    '</svg>',
  ].join('\n');
}

/** A picture with what lies over it and its caption below, so many pixels wide. */
function drawn(
  { picture, map, hasContour, boxes, regions, caption, ...drawing }: FigureParts,
  width: number,
  letters: number,
): { readonly body: string; readonly height: number } {
  const canvas = document.createElement('canvas');
  paint(canvas, picture, map, drawing);
  const scale = width / picture.width;
  const tall = Math.round(picture.height * scale);
  const contour = map && hasContour ? contourOf(map, picture) : '';
  const image = (from: HTMLCanvasElement, style = '') =>
    `<image href="${from.toDataURL('image/png')}" width="${width}" height="${tall}" preserveAspectRatio="none"${style}/>`;
  const over = regions === undefined ? undefined : document.createElement('canvas');
  if (over !== undefined) regions?.paint(over);
  const outlined = boxes.map(({ box, label }) => {
    const [x, y] = [box.x * scale, box.y * scale];
    // A single pixel is too small for a frame and a name.
    if (box.width <= 1 && box.height <= 1)
      return `<circle cx="${x + scale / 2}" cy="${y + scale / 2}" r="8" fill="none" stroke="#fff" stroke-width="2.5"/>`;
    return `<rect x="${x}" y="${y}" width="${box.width * scale}" height="${box.height * scale}" fill="none" stroke="#fff" stroke-width="2"/><text x="${x + 4}" y="${y + letters + 2}" font-size="${letters}" fill="#fff" stroke="#000" stroke-width="3" paint-order="stroke">${escaped(label)}</text>`;
  });
  // A letter is about half as wide as it is high.
  const most = Math.floor(width / (0.52 * letters));
  const foot = [...legendLines(regions?.legend ?? [], most), ...wrapped(caption, most).map(escaped)];
  return {
    body: [
      image(canvas),
      over === undefined ? '' : image(over, ' style="image-rendering:pixelated"'),
      contour === ''
        ? ''
        : `<path transform="scale(${scale})" d="${contour}" fill="none" stroke="#fff" stroke-width="${2 / scale}"/>`,
      ...outlined,
      ...foot.map(
        (line, at) =>
          `<text x="2" y="${tall + Math.round((at + 1.15) * letters * 1.25)}" font-size="${letters}" fill="#1d211c">${line}</text>`,
      ),
    ].join('\n'),
    height: tall + Math.round((foot.length + 0.5) * letters * 1.25),
  };
}

/** Names with their colours, in lines of at most so many letters. */
function legendLines(legend: NonNullable<FigureParts['regions']>['legend'], most: number): readonly string[] {
  const lines: (typeof legend)[number][][] = [];
  let length = most;
  for (const entry of legend) {
    length += entry.label.length + 4;
    if (length > most) {
      lines.push([]);
      length = entry.label.length + 4;
    }
    lines.at(-1)!.push(entry);
  }
  return lines.map((line) =>
    line.map(({ label, colour }) => `<tspan fill="${colour}">■</tspan> ${escaped(label)}`).join('\u00a0\u00a0 '),
  );
}

/** Lines of at most so many letters, broken between words. */
function wrapped(text: string, most: number): readonly string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const last = lines.at(-1)!;
    if (last !== '' && last.length + word.length >= most) lines.push(word);
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
  }
  return lines;
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

export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
