import {
  colourMap,
  isDiverging,
  magnitudeShown,
  upsample,
  type ColourMapName,
  type FloatMap,
  type RgbImage,
} from '@understory/imaging';

import { smoothed } from './smooth.ts';

const known = new WeakMap<Float32Array, Map<string, FloatMap>>();

/** A map at the size of a picture, as overlays of commands have it; made once. */
export function mapOver(
  map: FloatMap,
  { width, height }: { readonly width: number; readonly height: number },
): FloatMap {
  const sizes = known.get(map.data) ?? new Map<string, FloatMap>();
  known.set(map.data, sizes);
  const key = `${width} ${height}`;
  const found =
    sizes.get(key) ?? upsample({ height: map.height, width: map.width, data: map.data }, height, width, 'bilinear');
  sizes.set(key, found);
  return found;
}

/** The values of the first and of the last colour: the smallest and the largest, or as far from zero in both directions. */
function rangeOf(map: FloatMap, colours: ColourMapName): readonly [low: number, high: number] {
  if (isDiverging(colours)) {
    const most = magnitudeShown(map);
    return [-most, most];
  }
  let [low, high] = [Infinity, -Infinity];
  for (const value of map.data) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return [low, high];
}

export interface Drawing {
  readonly opacity: number;
  readonly colours: ColourMapName;
}

/** A picture, with a map over it, where there is one, scaled as the colours ask for. */
export function paint(
  canvas: HTMLCanvasElement,
  picture: RgbImage,
  map: FloatMap | null,
  { opacity, colours }: Drawing,
): void {
  const { width, height } = picture;
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  const context = canvas.getContext('2d');
  if (context === null) return;
  const image = context.createImageData(width, height);
  const over = map && mapOver(map, picture);
  const [low, high] = over ? rangeOf(over, colours) : [0, 1];
  const scale = high > low ? 255 / (high - low) : 0;
  const table = colourMap(colours);
  for (let place = 0; place < width * height; place += 1) {
    const level = over ? Math.min(255, Math.max(0, Math.round((over.data[place]! - low) * scale))) : 0;
    for (let channel = 0; channel < 3; channel += 1) {
      const own = picture.data[3 * place + channel]!;
      image.data[4 * place + channel] = over
        ? Math.round((1 - opacity) * own + opacity * table[3 * level + channel]!)
        : own;
    }
    image.data[4 * place + 3] = 255;
  }
  context.putImageData(image, 0, 0);
}

/** The value above which a fraction of the places lies. */
export function levelOfTop({ data }: FloatMap, fraction: number): number {
  const sorted = Float32Array.from(data).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor((1 - fraction) * sorted.length))] ?? 0;
}

/** The line around the tenth of a picture where a map is strongest; maps of single pixels are smoothed first, since theirs would be dust. */
export function contourOf(map: FloatMap, picture: { readonly width: number; readonly height: number }): string {
  const over = mapOver(map, picture);
  const isFine = map.width * 2 > picture.width && picture.width >= 64;
  const drawn = isFine ? smoothed(over, Math.round(picture.width / 40)) : over;
  return contourPath(drawn, levelOfTop(drawn, topFraction));
}

/** The fraction of the picture that the contour is drawn around. */
const topFraction = 0.1;

/** The line around all that lies above a level, as the data of an SVG path in pixels of the map. */
function contourPath({ data, width, height }: FloatMap, level: number): string {
  const pieces: string[] = [];
  const at = (x: number, y: number) => data[y * width + x]!;
  const cross = (one: number, other: number) => (other === one ? 0.5 : (level - one) / (other - one));
  const text = (value: number) => `${Math.round(100 * value) / 100}`;
  for (let y = 0; y < height - 1; y += 1) {
    for (let x = 0; x < width - 1; x += 1) {
      const [a, b, c, d] = [at(x, y), at(x + 1, y), at(x + 1, y + 1), at(x, y + 1)];
      const points: (readonly [number, number])[] = [];
      if (a > level !== b > level) points.push([x + cross(a, b), y]);
      if (b > level !== c > level) points.push([x + 1, y + cross(b, c)]);
      if (d > level !== c > level) points.push([x + cross(d, c), y + 1]);
      if (a > level !== d > level) points.push([x, y + cross(a, d)]);
      for (let pair = 0; pair + 1 < points.length; pair += 2) {
        const [from, to] = [points[pair]!, points[pair + 1]!];
        pieces.push(`M${text(from[0] + 0.5)} ${text(from[1] + 0.5)}L${text(to[0] + 0.5)} ${text(to[1] + 0.5)}`);
      }
    }
  }
  return pieces.join('');
}

/** Where a map is largest, for people who do not see it. */
export function peakOf(map: FloatMap): string {
  const { data, width, height } = map;
  let best = 0;
  for (let place = 1; place < data.length; place += 1) if (data[place]! > data[best]!) best = place;
  const across = (best % width) / Math.max(1, width - 1);
  const down = Math.floor(best / width) / Math.max(1, height - 1);
  const side = (value: number, words: readonly [string, string, string]) =>
    words[value < 0.35 ? 0 : value > 0.65 ? 2 : 1];
  return `strongest ${side(down, ['at the top', 'in the middle', 'at the bottom'])} ${side(across, ['left', 'centre', 'right'])}`;
}
