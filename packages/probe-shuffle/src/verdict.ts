import type { Verdict } from '@understory/core';
import { wilson, type MeanEstimate } from '@understory/statistics';
import type { Spread } from './spread.ts';

export interface VerdictParts {
  readonly grid: number;
  /** Of images that keep their top-1, an image counting by the share of its permutations. */
  readonly kept: MeanEstimate;
  /** Of one image, where there is only one. */
  readonly permutations: readonly boolean[];
  readonly chance: number | undefined;
  /** How many images were shuffled, of which a model may decide nothing. */
  readonly images: number;
  /** What images keep, for one image and in the plural. */
  readonly what: { readonly one: string; readonly many: string };
  /** Of a model that decides nothing. */
  readonly moved: Moved | undefined;
}

/** How far the number that is watched moves. */
interface Moved {
  /** What the number is, for a person; null where images are about different ones. */
  readonly name: string | null;
  /** In spreads, or as it is where there is no spread. */
  readonly size: MeanEstimate;
  readonly spread: Spread | undefined;
}

/** Whether predictions survive the shuffle, in one sentence about one grid; of a single image it is about its permutations. */
export function verdictOf(parts: VerdictParts): Verdict {
  const { grid, kept, permutations, chance, images, what, moved } = parts;
  const cut = `Cut into ${grid} x ${grid} patches and shuffled`;
  if (kept.estimate === null) {
    if (moved !== undefined && moved.size.estimate !== null) return verdictOfNumber(cut, moved);
    const why = images === 0 ? 'No image was shuffled' : 'The model decides nothing that a shuffle could change';
    return { statement: `${why}, so there is no verdict.`, estimate: 0, interval: [0, 1] };
  }
  if (kept.n === 1) {
    const { share = 0, interval = [0, 1] } = wilson(permutations.filter(Boolean).length, permutations.length);
    const times = `${permutations.filter(Boolean).length} of ${permutations.length} times`;
    return {
      statement: `${cut}, this one image keeps its ${what.one} ${times} (95 % interval over permutations ${span(interval)}).`,
      estimate: share,
      interval,
    };
  }
  // Where every image has one share that is neither 0 nor 1, its spread is not known; as many whole images bound it.
  const interval = kept.interval ?? wilson(Math.round(kept.estimate * kept.n), kept.n).interval ?? [0, 1];
  const often =
    interval[0] > 0.5 ? 'more often than not' : interval[1] < 0.5 ? 'less often than not' : 'about as often as not';
  const measured = `${percent(kept.estimate)} (95 % interval ${span(interval)})`;
  const beside = chance === undefined ? '' : `; chance level, that of two different images, ${percent(chance)}`;
  return {
    statement: `${cut}, images keep their ${what.many} ${often}: ${measured}${beside}.`,
    estimate: kept.estimate,
    interval,
  };
}

/** Nothing is decided, so the change is held against how images differ as they are. */
function verdictOfNumber(cut: string, { name, size, spread }: Moved): Verdict {
  const estimate = size.estimate!;
  const number = name ?? 'the number';
  const changes = `The model decides nothing; ${cut.charAt(0).toLowerCase()}${cut.slice(1)}, ${number} changes by`;
  if (spread === undefined) {
    const why = size.n === 1 ? 'one image has no spread' : 'images as they are have no spread of one number';
    const statement = `${changes} ${Number(estimate.toPrecision(3))} on average; ${why} to hold that against, so there is no verdict.`;
    return { statement, estimate, interval: size.interval ?? [estimate, estimate] };
  }
  const interval = size.interval ?? [estimate, estimate];
  const { between } = spread;
  const measured = `${estimate.toFixed(2)} of its standard deviation over images on average (95 % interval ${interval.map((end) => end.toFixed(2)).join(' to ')})`;
  const than = interval[1] < between ? 'less than' : interval[0] > between ? 'more than' : 'about as much as';
  return {
    statement: `${changes} ${measured}, ${than} two different images differ: ${between.toFixed(2)}.`,
    estimate,
    interval,
  };
}

function span([low, high]: readonly [number, number]): string {
  return `${(100 * low).toFixed(1)} to ${percent(high)}`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
