import { largestOf } from '@understory/core';

/** An image cut into superpixels. */
export interface Superpixels {
  /** The superpixel of each pixel, `[height * width]`, from 0 in the order in which they begin. */
  readonly labels: Int32Array;
  readonly count: number;
}

export interface SlicOptions {
  readonly height: number;
  readonly width: number;
  /** About how many superpixels. */
  readonly segments: number;
  /** How much a distance of one superpixel counts, in colours that reach from 0 to 100. */
  readonly compactness: number;
}

const ROUNDS = 10;
/** Parts smaller than this fraction of a superpixel join their neighbour, as in the authors' code. */
const SMALLEST = 1 / 4;

/**
 * SLIC: pixels of `[channels][height * width]` gathered about centres that are near them in place and colour.
 *
 * Rounds of k-means, each centre looking only 2 S around itself, by D^2 = d_c^2 + (d_s / S)^2 m^2 for the spacing S of centres and compactness m;
 * then parts that are not connected to their superpixel stand alone, small ones joined to a neighbour. Achanta, Shaji, Smith, Lucchi, Fua and
 * Süsstrunk 2012, "SLIC Superpixels Compared to State-of-the-Art Superpixel Methods", algorithm 1 and equation 3. Colours are used as they come, not as CIELAB, the
 * widest channel brought to a range of 100. Nothing is drawn.
 */
export function slic(channels: readonly ArrayLike<number>[], options: SlicOptions): Superpixels {
  const { height, width, segments, compactness } = options;
  const places = height * width;
  const spacing = Math.sqrt(places / Math.min(segments, places));
  const rows = Math.min(height, Math.max(1, Math.round(height / spacing)));
  const columns = Math.min(width, Math.max(1, Math.round(width / spacing)));
  const colours = scaled(channels, places);
  const labels = Int32Array.from({ length: places }, (_, at) => {
    const row = Math.floor((Math.floor(at / width) * rows) / height);
    return row * columns + Math.floor(((at % width) * columns) / width);
  });
  const centres = Array.from({ length: rows * columns }, (_, at) => {
    const y = Math.floor(((Math.floor(at / columns) + 0.5) * height) / rows);
    const x = Math.floor((((at % columns) + 0.5) * width) / columns);
    const place = flattest(colours, y, x, options);
    return { y: Math.floor(place / width), x: place % width, colour: colours.map((channel) => channel[place]!) };
  });
  const nearness = (compactness / spacing) ** 2;
  const reach = Math.ceil(2 * spacing);
  const distances = new Float64Array(places);
  for (let round = 0; round < ROUNDS; round += 1) {
    distances.fill(Infinity);
    centres.forEach(({ y, x, colour }, centre) => {
      const [top, bottom] = [Math.max(0, Math.floor(y) - reach), Math.min(height - 1, Math.ceil(y) + reach)];
      const [left, right] = [Math.max(0, Math.floor(x) - reach), Math.min(width - 1, Math.ceil(x) + reach)];
      for (let row = top; row <= bottom; row += 1) {
        for (let column = left; column <= right; column += 1) {
          const place = row * width + column;
          let distance = nearness * ((row - y) ** 2 + (column - x) ** 2);
          for (let channel = 0; channel < colours.length; channel += 1)
            distance += (colours[channel]![place]! - colour[channel]!) ** 2;
          if (distance < distances[place]!) {
            distances[place] = distance;
            labels[place] = centre;
          }
        }
      }
    });
    move(centres, labels, colours, width);
  }
  return connected(labels, options, (places / centres.length) * SMALLEST);
}

interface Centre {
  y: number;
  x: number;
  colour: number[];
}

function scaled(channels: readonly ArrayLike<number>[], places: number): readonly Float64Array[] {
  const bounds = channels.map((channel) => {
    let [low, high] = [Infinity, -Infinity];
    for (let at = 0; at < places; at += 1) {
      low = Math.min(low, channel[at]!);
      high = Math.max(high, channel[at]!);
    }
    return { low, range: high - low };
  });
  const widest = largestOf(bounds.map(({ range }) => range));
  const scale = widest > 0 && Number.isFinite(widest) ? 100 / widest : 0;
  return channels.map((channel, at) =>
    Float64Array.from({ length: places }, (_, place) =>
      scale === 0 ? 0 : (channel[place]! - bounds[at]!.low) * scale,
    ),
  );
}

/** Of the nine pixels about one, that where colours change least, so that no centre lies on an edge. */
function flattest(
  colours: readonly Float64Array[],
  y: number,
  x: number,
  { height, width }: Pick<SlicOptions, 'height' | 'width'>,
): number {
  let best = y * width + x;
  let least = Infinity;
  for (let row = Math.max(1, y - 1); row <= Math.min(height - 2, y + 1); row += 1) {
    for (let column = Math.max(1, x - 1); column <= Math.min(width - 2, x + 1); column += 1) {
      const place = row * width + column;
      const change = colours.reduce(
        (sum, channel) =>
          sum +
          (channel[place + 1]! - channel[place - 1]!) ** 2 +
          (channel[place + width]! - channel[place - width]!) ** 2,
        0,
      );
      if (change < least) [best, least] = [place, change];
    }
  }
  return best;
}

/** Brings each centre to the mean of its pixels; one without any stays. */
function move(centres: readonly Centre[], labels: Int32Array, colours: readonly Float64Array[], width: number): void {
  const sums = centres.map(() => ({ count: 0, y: 0, x: 0, colour: colours.map(() => 0) }));
  labels.forEach((label, place) => {
    const sum = sums[label]!;
    sum.count += 1;
    sum.y += Math.floor(place / width);
    sum.x += place % width;
    colours.forEach((channel, at) => (sum.colour[at]! += channel[place]!));
  });
  sums.forEach(({ count, y, x, colour }, at) => {
    if (count === 0) return;
    Object.assign(centres[at]!, { y: y / count, x: x / count, colour: colour.map((each) => each / count) });
  });
}

/** Numbers connected parts from the first pixel on; a part of fewer pixels takes the number of the part beside its first pixel. */
function connected(
  labels: Int32Array,
  { height, width }: Pick<SlicOptions, 'height' | 'width'>,
  fewest: number,
): Superpixels {
  const found = new Int32Array(labels.length).fill(-1);
  let count = 0;
  for (let start = 0; start < labels.length; start += 1) {
    if (found[start] !== -1) continue;
    const beside = start % width > 0 ? found[start - 1]! : start >= width ? found[start - width]! : -1;
    const part = [start];
    found[start] = count;
    for (let at = 0; at < part.length; at += 1) {
      const place = part[at]!;
      const [row, column] = [Math.floor(place / width), place % width];
      for (const [next, isInside] of [
        [place - 1, column > 0],
        [place + 1, column < width - 1],
        [place - width, row > 0],
        [place + width, row < height - 1],
      ] as const) {
        if (!isInside || found[next] !== -1 || labels[next] !== labels[start]) continue;
        found[next] = count;
        part.push(next);
      }
    }
    if (part.length < fewest && beside !== -1) for (const place of part) found[place] = beside;
    else count += 1;
  }
  return { labels: found, count };
}
