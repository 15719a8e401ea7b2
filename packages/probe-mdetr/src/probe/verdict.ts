import type { Verdict } from '@understory/core';
import { blindnessInWords, type MeanEstimate } from '@understory/statistics';
import type { QuestionBlindness } from './blindness.ts';

export interface VerdictParts {
  readonly images: number;
  readonly blindness: QuestionBlindness;
  /** What the score rests on: told apart, or answered right. */
  readonly places: MeanEstimate;
  readonly objects: MeanEstimate;
  /** How many questions about places are answered right without sight of places; of those about left and right, how many have that answer with one of picture and words mirrored. */
  readonly prior: number | null;
  /** Of all questions together, for data that ask for no places. */
  readonly all: MeanEstimate;
}

/** Whether the model reads where things are, in one sentence. */
export function verdictOf({ images, blindness, places, objects, prior, all }: VerdictParts): Verdict {
  const { score, interval, hasControl, knowsObjects, basis, objectBasis } = blindness;
  if (images === 0) {
    return { statement: 'No image was asked about, so there is no verdict.', estimate: 0, interval: [0, 1] };
  }
  if (places.estimate === null) return withoutPlaces(all);
  const told = {
    pairs: `it matches ${percent(places.estimate)} of answers about places with the picture in which they are right, where guessing gives 50 %`,
    exchanges: `it answers ${percent(places.estimate)} of questions about left and right, as they are and with picture and words both mirrored, and gives that answer to ${percent(prior ?? 0)} with one of the two mirrored, where a model that reads no places gives it as often`,
    answers: `it answers ${percent(places.estimate)} of questions about places, where ${percent(prior ?? 0)} are answered without seeing places`,
  }[basis];
  const ofThings = basis === objectBasis ? 'of those about things' : 'of questions about things are answered right';
  const control = objects.estimate === null ? '' : `, and ${percent(objects.estimate)} ${ofThings}`;
  if (score === null || interval === null) {
    const why = knowsObjects
      ? 'there are too few images'
      : `where it is asked about things, ${percent(objects.estimate ?? 0)} on ${images === 1 ? 'one image' : `${images} images`} cannot be told from guessing`;
    return {
      statement: `Whether the model reads where things are cannot be said: ${why}.`,
      ...{ estimate: score ?? 0, interval: interval ?? [0, 1] },
    };
  }
  const against = hasControl ? '' : ', measured against a perfect reader, since the data ask for nothing but places';
  return {
    statement: `The model ${blindnessInWords(interval)}: ${told}${control}. Spatial blindness ${number(score)} (95 % interval ${number(interval[0])} to ${number(interval[1])})${against}.`,
    estimate: score,
    interval,
  };
}

function withoutPlaces({ estimate, interval }: MeanEstimate): Verdict {
  const [value, within] = [estimate ?? 0, interval ?? ([0, 1] as const)];
  return {
    statement: `The model answers ${percent(value)} of questions (95 % interval ${percent(within[0])} to ${percent(within[1])}). None of them asks for places, so nothing is said of spatial blindness.`,
    ...{ estimate: value, interval: within },
  };
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function number(value: number): string {
  return value.toFixed(2);
}
