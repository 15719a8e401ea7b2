import type { HeatMap } from '@understory/core';
import { spearman } from '@understory/statistics';

/** The maps of two networks for one picture on a common grid, row by row; null where one has none. */
export interface MapPair {
  readonly explainer: string;
  readonly height: number;
  readonly width: number;
  readonly first: readonly number[];
  readonly second: readonly number[];
}

/** How alike two maps are. */
export interface Alike {
  /** Spearman's rank correlation; undefined where one of the two is the same everywhere. */
  readonly correlation: number | undefined;
  /** The part of the highest tenth of one that is also the highest tenth of the other. */
  readonly overlap: number | undefined;
}

/** Cells along a side of the grid, at most: maps at the resolution of pixels are compared by areas. */
const most = 16;

/** Maps as a row keeps them: on the grid of the finer one, of at most 16 x 16 cells, each with its mean over the cell. */
export function mapPair(explainer: string, first: HeatMap, second: HeatMap): MapPair {
  const height = Math.min(most, Math.max(first.height, second.height));
  const width = Math.min(most, Math.max(first.width, second.width));
  const values = (map: HeatMap) => Array.from(onGrid(map, height, width), (value) => Number(value.toPrecision(6)));
  return { explainer, height, width, first: values(first), second: values(second) };
}

/** How alike two maps on one grid are. */
export function alike(first: readonly number[], second: readonly number[]): Alike {
  const correlation = spearman(first, second).value;
  if (correlation === undefined) return { correlation, overlap: undefined };
  const [ours, theirs] = [highestTenth(first), highestTenth(second)];
  return { correlation, overlap: [...ours].filter((cell) => theirs.has(cell)).length / ours.size };
}

/** Of cells with one value the first ones, so that exactly a tenth is taken. */
function highestTenth(values: readonly number[]): ReadonlySet<number> {
  const cells = values.map((_, cell) => cell).sort((a, b) => values[b]! - values[a]! || a - b);
  return new Set(cells.slice(0, Math.max(1, Math.round(values.length / 10))));
}

/** The mean of a map, taken as constant within each of its own cells, over each cell of a grid. */
function onGrid(map: HeatMap, height: number, width: number): Float64Array {
  const values = new Float64Array(height * width);
  const down = shares(map.height, height);
  const right = shares(map.width, width);
  for (const [row, ys] of down.entries()) {
    for (const [column, xs] of right.entries()) {
      let mean = 0;
      for (const y of ys) for (const x of xs) mean += y.share * x.share * map.data[y.at * map.width + x.at]!;
      values[row * width + column] = mean;
    }
  }
  return values;
}

/** Which of `own` cells lie in each of `wanted`, with the part of it that they fill. */
function shares(own: number, wanted: number): readonly (readonly { readonly at: number; readonly share: number }[])[] {
  return Array.from({ length: wanted }, (_, cell) => {
    const [start, end] = [(cell * own) / wanted, ((cell + 1) * own) / wanted];
    const found: { at: number; share: number }[] = [];
    for (let at = Math.floor(start); at < Math.min(own, Math.ceil(end)); at += 1) {
      const share = (Math.min(end, at + 1) - Math.max(start, at)) / (end - start);
      if (share > 0) found.push({ at, share });
    }
    return found;
  });
}
