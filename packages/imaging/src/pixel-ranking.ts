import { resample } from './upsample.ts';
import type { FloatMap, Interpolation } from './upsample.ts';

/** From the largest score down, or from the smallest up. */
export type RankingDirection = 'descending' | 'ascending';

/** The pixels of a picture by the heat map that was brought to its size. */
export interface PixelRanking {
  /** Whether all scores are equal, so that there is no order. */
  readonly isFlat: boolean;
  /** The share of the pixels that have a score in common with another. */
  readonly tied: number;
  /** How many different scores lie below that of each place, `[height, width]`. */
  readonly levels: Float32Array;
  /** How many pixels have the largest score. */
  readonly highest: number;
  /** All places by score; equal ones follow each other as they do in `drawn`, which names each place once. */
  order(direction: RankingDirection, drawn: Uint32Array): Uint32Array;
  /** How many pixels share the score that the first `count` in that direction and the rest both have; 0 where there is none such. */
  tiedAt(direction: RankingDirection, count: number): number;
}

/** Scores that differ by less, in units of the map's span, differ by the rounding of the interpolation alone. */
const rounding = 1e-12;

/**
 * Ranks pixels by a heat map that is finite, resized as `upsample` does it but in double precision: values of a plateau stay equal, and
 * a map that is the same everywhere stays so. Throws a RangeError where a side is not a positive whole number.
 */
export function rankPixels(
  map: FloatMap,
  size: { readonly height: number; readonly width: number },
  interpolation: Interpolation,
): PixelRanking {
  let [low, high] = [Infinity, -Infinity];
  for (const value of map.data) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const isSameSize = map.height === size.height && map.width === size.width;
  // From 0 up, so that what is added to a whole map stays out of the rounding.
  const raised = () => ({ ...map, data: Float64Array.from(map.data, (value) => value - low) });
  const scores = isSameSize ? map.data : resample(raised(), size, interpolation);
  const tolerance = isSameSize ? 0 : rounding * (high - low);
  const ascending = Uint32Array.from(scores, (_, place) => place).sort(
    (left, right) => scores[left]! - scores[right]! || left - right,
  );
  /** Where each group of equal scores starts in `ascending`, and the end of the last one. */
  const starts: number[] = [];
  ascending.forEach((place, at) => {
    if (at === 0 || scores[place]! - scores[ascending[at - 1]!]! > tolerance) starts.push(at);
  });
  starts.push(ascending.length);

  let tied = 0;
  const levels = new Float32Array(ascending.length);
  for (let group = 1; group < starts.length; group += 1) {
    const length = starts[group]! - starts[group - 1]!;
    if (length > 1) tied += length;
    for (let at = starts[group - 1]!; at < starts[group]!; at += 1) levels[ascending[at]!] = group - 1;
  }
  return {
    isFlat: starts.length === 2,
    tied: tied / ascending.length,
    levels,
    highest: ascending.length - starts.at(-2)!,
    order(direction, drawn) {
      const lots = new Uint32Array(drawn.length);
      drawn.forEach((place, lot) => (lots[place] = lot));
      const order = new Uint32Array(ascending.length);
      let done = 0;
      for (let at = 1; at < starts.length; at += 1) {
        const group = direction === 'ascending' ? at : starts.length - at;
        const own = ascending.subarray(starts[group - 1]!, starts[group]!);
        const sorted =
          own.length === 1
            ? own
            : own
                .map((place) => lots[place]!)
                .sort()
                .map((lot) => drawn[lot]!);
        order.set(sorted, done);
        done += own.length;
      }
      return order;
    },
    tiedAt(direction, count) {
      const cut = direction === 'ascending' ? count : ascending.length - count;
      const group = starts.findIndex((start) => start >= cut);
      return starts[group] === cut ? 0 : starts[group]! - starts[group - 1]!;
    },
  };
}
