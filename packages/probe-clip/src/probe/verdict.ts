import type { Verdict } from '@understory/core';
import { blindnessInWords, type Blindness, type MeanEstimate } from '@understory/statistics';

export interface VerdictParts {
  readonly images: number;
  readonly blindness: Blindness;
  /** Of swaps of places and of objects: how many are told apart. */
  readonly places: MeanEstimate;
  /** How many of the places would be by the words alone. */
  readonly byWords: number | null;
  readonly objects: MeanEstimate;
  /** Of all other kinds together, for data without swaps of places. */
  readonly others: MeanEstimate;
}

/** Whether the model reads where things are, in one sentence. */
export function verdictOf({ images, blindness, places, byWords, objects, others }: VerdictParts): Verdict {
  const { score, interval, hasControl, knowsObjects } = blindness;
  if (images === 0)
    return { statement: 'No image was asked about, so there is no verdict.', estimate: 0, interval: [0, 1] };
  if (places.estimate === null) return withoutPlaces(others.estimate === null ? objects : others);
  const guessed =
    byWords !== null && byWords > 0.5 ? `where the words alone give ${percent(byWords)}` : 'where guessing gives 50 %';
  const told = `it tells ${percent(places.estimate)} of swapped places apart, ${guessed}`;
  const control = objects.estimate === null ? '' : ` and swapped objects give ${percent(objects.estimate)}`;
  if (score === null || interval === null) {
    const why = knowsObjects
      ? 'there are too few images'
      : `of swapped objects it tells ${percent(objects.estimate ?? 0.5)} apart, which on ${images === 1 ? 'one image' : `${images} images`} cannot be told from guessing`;
    return {
      statement: `Whether the model reads where things are cannot be said: ${why}.`,
      ...{ estimate: score ?? 0, interval: interval ?? [0, 1] },
    };
  }
  const against = hasControl ? '' : ', measured against a perfect reader, since the data have no swapped objects';
  return {
    statement: `The model ${blindnessInWords(interval)}: ${told}${control}. Spatial blindness ${number(score)} (95 % interval ${number(interval[0])} to ${number(interval[1])})${against}.`,
    estimate: score,
    interval,
  };
}

function withoutPlaces({ estimate, interval }: MeanEstimate): Verdict {
  if (estimate === null)
    return { statement: 'No captions could be compared, so there is no verdict.', estimate: 0, interval: [0, 1] };
  const within = interval ?? [0, 1];
  const how =
    within[0] > 0.5
      ? 'more often than by guessing'
      : within[1] < 0.5
        ? 'less often than by guessing'
        : 'no better than by guessing';
  return {
    statement: `The model tells true from false captions apart ${how}: ${percent(estimate)} (95 % interval ${percent(within[0])} to ${percent(within[1])}); guessing gives 50 %. The data have no swaps of places, so nothing is said of spatial blindness.`,
    ...{ estimate, interval: within },
  };
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function number(value: number): string {
  return value.toFixed(2);
}
