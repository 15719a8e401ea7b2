import { largestOf, smallestOf } from '@understory/core';
import { statisticInterval, wilson } from '@understory/statistics';
import { controlKind, isSpatial } from './kinds.ts';
import { seen } from './measures.ts';
import { average } from './reading.ts';
import type { Condition } from './tally.ts';

/** How blind a model is to where things are, among models that know what they are. */
export interface Blindness {
  /** How many images were asked about places. */
  readonly n: number;
  /**
   * The share of swaps of places that are answered without sight, relative to swaps of objects, in 0..1: 0 of a model that reads places as well
   * as things, 1 of one that tells places apart no better than chance. Null without such swaps, and where not even objects are told apart.
   */
  readonly score: number | null;
  /** 95 %, over images. */
  readonly interval: readonly [low: number, high: number] | null;
  /** Whether there were swaps of objects; without them those of places are measured against a perfect reader. */
  readonly hasControl: boolean;
  /** Whether swaps of objects are told apart above chance. */
  readonly knowsObjects: boolean;
}

/** Numbers of images in one condition, by the image's id. */
type Answers = ReadonlyMap<string, number>;

/**
 * Of pairs that a model sees it tells all apart, of the others half: an accuracy `a` is a share of `2a - 1` that is seen. The score is one minus
 * the share of place swaps that is seen over that of object swaps, kinds of places counting alike.
 */
export function blindnessOf(
  kinds: ReadonlyMap<string, Condition>,
  { seed, about = isSpatial }: { readonly seed: number; readonly about?: (kind: string) => boolean },
): Blindness {
  const spatial = [...kinds.values()].filter(({ name }) => about(name)).map((kind) => kind.byItem(seen));
  const control = kinds.get(controlKind)?.byItem(seen);
  const groups = [...spatial, ...(control === undefined ? [] : [control])];
  const items = [...new Set(groups.flatMap((answers) => [...answers.keys()]))].sort();
  const n = new Set(spatial.flatMap((answers) => [...answers.keys()])).size;
  const hasControl = control !== undefined;
  const scoreOf = (times: ArrayLike<number> | undefined) => {
    const seenOf = (answers: Answers) => seenShare(items, answers, times);
    const places = spatial.map(seenOf);
    const things = control === undefined ? 1 : seenOf(control);
    if (things === undefined || places.some((share) => share === undefined)) return undefined;
    return scoreFor(places as readonly number[], things);
  };
  const knowsObjects = control === undefined || knows(control, seed);
  const score = spatial.length === 0 || !knowsObjects ? undefined : scoreOf(undefined);
  if (score === undefined) return { n, score: null, interval: null, hasControl, knowsObjects };
  const resampled = statisticInterval(items.length, scoreOf, { seed });
  const ends = [score, ...(resampled ?? []), ...bounds(spatial, control)];
  const interval = items.length < 2 ? ([0, 1] as const) : ([smallestOf(ends), largestOf(ends)] as const);
  return { n, score, interval, hasControl, knowsObjects };
}

function scoreFor(places: readonly number[], things: number): number | undefined {
  if (!(things > 0)) return undefined;
  return held(1 - average(places) / things);
}

/** The share of the images' tests that are seen; undefined where none of the images was drawn. */
function seenShare(
  items: readonly string[],
  answers: Answers,
  times: ArrayLike<number> | undefined,
): number | undefined {
  let [sum, count] = [0, 0];
  items.forEach((item, at) => {
    const value = answers.get(item);
    if (value === undefined) return;
    const weight = times?.[at] ?? 1;
    sum += weight * value;
    count += weight;
  });
  return count === 0 ? undefined : (2 * sum) / count - 1;
}

/** Whether object swaps are told apart above chance: Wilson's interval, an image counting as one answer. */
function knows(control: Answers, seed: number): boolean {
  const [low] = accuracyInterval(control, seed);
  return low > 0.5;
}

/**
 * Where all images answer alike, resampling cannot tell how far that holds; the ends that Wilson's intervals allow are taken besides.
 */
function bounds(spatial: readonly Answers[], control: Answers | undefined): readonly number[] {
  if (![...spatial, ...(control === undefined ? [] : [control])].some(isConstant)) return [];
  const ends = (answers: Answers) => accuracyEnds(answers).map((accuracy) => 2 * accuracy - 1);
  const places = spatial.map(ends);
  const [fewest, most] = control === undefined ? [1, 1] : (ends(control) as [number, number]);
  const low = scoreFor(
    places.map(([, high]) => high!),
    fewest,
  );
  const high = scoreFor(
    places.map(([least]) => least!),
    most,
  );
  return [low ?? 0, high ?? 1];
}

function isConstant(answers: Answers): boolean {
  return new Set(answers.values()).size < 2;
}

/** The ends of the accuracy where it is constant, and the accuracy itself where resampling tells how far it holds. */
function accuracyEnds(answers: Answers): readonly [number, number] {
  const accuracy = average([...answers.values()]);
  return isConstant(answers) ? wilsonOf(answers) : [accuracy, accuracy];
}

function accuracyInterval(answers: Answers, seed: number): readonly [number, number] {
  if (isConstant(answers)) return wilsonOf(answers);
  const values = [...answers.values()];
  const mean = (times: Uint32Array) => {
    let [sum, count] = [0, 0];
    values.forEach((value, at) => {
      sum += times[at]! * value;
      count += times[at]!;
    });
    return sum / count;
  };
  return statisticInterval(values.length, mean, { seed }) ?? [0, 1];
}

function wilsonOf(answers: Answers): readonly [number, number] {
  const right = [...answers.values()].reduce((sum, value) => sum + value, 0);
  return wilson(Math.round(right), answers.size).interval ?? [0, 1];
}

function held(score: number): number {
  return Math.min(1, Math.max(0, score));
}
