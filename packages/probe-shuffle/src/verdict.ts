import type { Verdict } from '@understory/core';
import { wilson, type MeanEstimate } from '@understory/statistics';

export interface VerdictParts {
  readonly grid: number;
  /** Of images that keep their top-1, an image counting by the share of its permutations. */
  readonly kept: MeanEstimate;
  /** Of one image, where there is only one. */
  readonly permutations: readonly boolean[];
  readonly chance: number | undefined;
  /** How many images were shuffled, of which a model may decide nothing. */
  readonly images: number;
  readonly isClassifier: boolean;
}

/** Whether predictions survive the shuffle, in one sentence about one grid; of a single image it is about its permutations. */
export function verdictOf({ grid, kept, permutations, chance, images, isClassifier }: VerdictParts): Verdict {
  if (kept.estimate === null) {
    const why = images === 0 ? 'No image was shuffled' : 'The model decides nothing that a shuffle could change';
    return { statement: `${why}, so there is no verdict.`, estimate: 0, interval: [0, 1] };
  }
  const what = isClassifier ? 'predicted class' : 'answer';
  const cut = `Cut into ${grid} x ${grid} patches and shuffled`;
  if (kept.n === 1) {
    const { share = 0, interval = [0, 1] } = wilson(permutations.filter(Boolean).length, permutations.length);
    const times = `${permutations.filter(Boolean).length} of ${permutations.length} times`;
    return {
      statement: `${cut}, this one image keeps its ${what} ${times} (95 % interval over permutations ${span(interval)}).`,
      estimate: share,
      interval,
    };
  }
  // Where every image has one share that is neither 0 nor 1, its spread is not known; as many whole images bound it.
  const interval = kept.interval ?? wilson(Math.round(kept.estimate * kept.n), kept.n).interval ?? [0, 1];
  const often =
    interval[0] > 0.5 ? 'more often than not' : interval[1] < 0.5 ? 'less often than not' : 'about as often as not';
  const measured = `${percent(kept.estimate)} (95 % interval ${span(interval)})`;
  const beside = chance === undefined ? '' : `; chance level ${percent(chance)}`;
  return {
    statement: `${cut}, images keep their ${isClassifier ? what : 'answers'} ${often}: ${measured}${beside}.`,
    estimate: kept.estimate,
    interval,
  };
}

function span([low, high]: readonly [number, number]): string {
  return `${(100 * low).toFixed(1)} to ${percent(high)}`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
