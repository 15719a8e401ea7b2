import { largestOf, smallestOf } from '@understory/core';
import { statisticInterval, wilson } from '@understory/statistics';
import { controlKind, isSpatial } from './kinds.ts';
import { byWords, toldApart } from './measures.ts';
import { average } from './reading.ts';
import type { Condition } from './tally.ts';

/** How blind a model is to where things are, among models that know what they are. */
export interface Blindness {
  /** How many images were asked about places. */
  readonly n: number;
  /**
   * The share of swaps of places that are answered without sight, relative to swaps of objects, in 0..1: 0 of a model that reads places as well
   * as things, 1 of one that tells places apart no better than the words alone. Null without such swaps, and where not even objects are told
   * apart.
   */
  readonly score: number | null;
  /** 95 %, over images. */
  readonly interval: readonly [low: number, high: number] | null;
  /** Whether there were swaps of objects; without them those of places are measured against a perfect reader. */
  readonly hasControl: boolean;
  /** Whether swaps of objects are told apart better than by the words alone. */
  readonly knowsObjects: boolean;
}

/** What images have in one kind of captions, in the order of their ids. */
interface Answers {
  readonly items: readonly string[];
  readonly toldApart: readonly number[];
  readonly byWords: readonly number[];
}

/**
 * Of pairs that a model sees it tells all apart, of the others as many as the words alone would, and half at least: that many seen pairs lie
 * behind an accuracy (Abbott 1925). The score is one minus the share of place swaps that is seen over that of object swaps, kinds of places
 * counting alike.
 */
export function blindnessOf(
  kinds: ReadonlyMap<string, Condition>,
  { seed, about = isSpatial }: { readonly seed: number; readonly about?: (kind: string) => boolean },
): Blindness {
  const spatial = [...kinds.values()].filter(({ name }) => about(name)).map(answersOf);
  const object = kinds.get(controlKind);
  const control = object && answersOf(object);
  const n = new Set(spatial.flatMap(({ items }) => items)).size;
  const hasControl = control !== undefined;
  const knowsObjects = control === undefined || knows(control, seed);
  if (spatial.length === 0 || !knowsObjects) return { n, score: null, interval: null, hasControl, knowsObjects };
  const groups = [...spatial, ...(control === undefined ? [] : [control])];
  const items = [...new Set(groups.flatMap((answers) => answers.items))].sort();
  const places = new Map(items.map((item, at) => [item, at]));
  const scoreOf = (times?: ArrayLike<number>) => {
    const shares = spatial.map((answers) => seenShare(answers, places, times));
    const things = control === undefined ? 1 : seenShare(control, places, times);
    return things === undefined || shares.includes(undefined) ? undefined : scoreFor(shares as number[], things);
  };
  const score = scoreOf();
  if (score === undefined) return { n, score: null, interval: null, hasControl, knowsObjects };
  if (items.length < 2) return { n, score, interval: [0, 1], hasControl, knowsObjects };
  const ends = [score, ...(statisticInterval(items.length, scoreOf, { seed }) ?? [0, 1]), ...bounds(spatial, control)];
  return { n, score, interval: [smallestOf(ends), largestOf(ends)], hasControl, knowsObjects };
}

function answersOf(kind: Condition): Answers {
  const told = kind.byItem(toldApart);
  return { items: [...told.keys()], toldApart: [...told.values()], byWords: kind.of(byWords) };
}

function scoreFor(places: readonly number[], things: number): number | undefined {
  return things > 0 ? Math.min(1, Math.max(0, 1 - average(places) / things)) : undefined;
}

/** The share of swaps that is seen, of the images drawn; undefined where none of them was. */
function seenShare(
  { items, toldApart: told, byWords: words }: Answers,
  places: ReadonlyMap<string, number>,
  times: ArrayLike<number> | undefined,
): number | undefined {
  let [sum, guessed, count] = [0, 0, 0];
  items.forEach((item, at) => {
    const weight = times?.[places.get(item)!] ?? 1;
    sum += weight * told[at]!;
    guessed += weight * words[at]!;
    count += weight;
  });
  return count === 0 ? undefined : beyond(sum / count, guessed / count);
}

/** How far an accuracy goes beyond what the words alone give, as a share of what is left; below it as a share of that, so that it ends at -1. */
function beyond(accuracy: number, words: number): number {
  const guess = Math.max(0.5, words);
  if (accuracy === guess) return 0;
  return accuracy > guess ? (accuracy - guess) / (1 - guess) : (accuracy - guess) / guess;
}

/** Whether the interval of what is seen lies above nothing. */
function knows(control: Answers, seed: number): boolean {
  const words = average(control.byWords);
  if (isConstant(control)) return beyond(wilsonOf(control)[0], words) > 0;
  const places = new Map(control.items.map((item, at) => [item, at]));
  const [low] = statisticInterval(control.items.length, (times) => seenShare(control, places, times), { seed }) ?? [0];
  return low > 0;
}

/** Where all images answer alike, resampling cannot tell how far that holds; the ends that Wilson's intervals allow are taken besides. */
function bounds(spatial: readonly Answers[], control: Answers | undefined): readonly number[] {
  if (![...spatial, ...(control === undefined ? [] : [control])].some(isConstant)) return [];
  const ends = (answers: Answers): readonly [number, number] => {
    const words = average(answers.byWords);
    const [low, high] = isConstant(answers)
      ? wilsonOf(answers)
      : [average(answers.toldApart), average(answers.toldApart)];
    return [beyond(low, words), beyond(high, words)];
  };
  const places = spatial.map(ends);
  const [fewest, most] = control === undefined ? [1, 1] : ends(control);
  const low = scoreFor(
    places.map(([, high]) => high),
    fewest,
  );
  const high = scoreFor(
    places.map(([least]) => least),
    most,
  );
  return [low ?? 0, high ?? 1];
}

function isConstant({ toldApart: told }: Answers): boolean {
  return new Set(told).size < 2;
}

function wilsonOf({ toldApart: told }: Answers): readonly [number, number] {
  return wilson(Math.round(told.reduce((sum, value) => sum + value, 0)), told.length).interval ?? [0, 1];
}
