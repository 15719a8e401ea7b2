import type { Layout } from '../operator.ts';

const places = [0, 3, 1, 2];

/** Where an axis of `[N, C, h, w]` lies; negative ones count from the end. */
export function axisIn(layout: Layout, axis: number, rank: number): number {
  const place = axis < 0 ? axis + rank : axis;
  return layout === 'last' && rank === 4 ? places[place]! : place;
}

/** One entry an axis of `[N, C, h, w]`, in the order of the layout. */
export function entriesIn<T>(layout: Layout, entries: readonly T[]): readonly T[] {
  if (layout === 'first' || entries.length !== 4) return entries;
  const [batch, channels, height, width] = entries as readonly [T, T, T, T];
  return [batch, height, width, channels];
}

/** All axes but those of samples and channels. */
export function spatialAxes(layout: Layout, rank: number): number[] {
  return Array.from({ length: rank - 2 }, (_, at) => (layout === 'last' ? at + 1 : at + 2));
}
