import { largestOf, smallestOf } from '@understory/core';
import { exactMean } from './mean.ts';
import { statisticInterval } from './statistic-interval.ts';
import { wilson } from './wilson.ts';

/** What items have in tests of one kind: one number an item in each list, in the same order. */
export interface ToldApart {
  readonly items: readonly string[];
  /** How often an item's tests were passed, in 0..1. */
  readonly toldApart: readonly number[];
  /** How often they would be by what is known without seeing, in 0..1. */
  readonly byChance: readonly number[];
}

/** How blind a model is to where things are, among models that know what they are. */
export interface Blindness {
  /** How many items were asked about places. */
  readonly n: number;
  /**
   * The share of tests of places that are passed without sight, relative to tests of things, in 0..1: 0 of a model that reads places as well
   * as things, 1 of one that does no better than chance. Null without such tests, and where not even things are known.
   */
  readonly score: number | null;
  /** 95 %, over items. */
  readonly interval: readonly [low: number, high: number] | null;
  /** Whether there were tests of things; without them those of places are measured against a perfect reader. */
  readonly hasControl: boolean;
  /** Whether tests of things are passed better than by chance. */
  readonly knowsObjects: boolean;
}

export interface BlindnessTests {
  /** Kinds of tests of places, which count alike. */
  readonly places: readonly ToldApart[];
  /** Tests of what is there: what a model has to know before it can know where. */
  readonly objects: ToldApart | undefined;
}

export interface BlindnessOptions {
  readonly seed: number;
  /** What chance is at least, in 0..1: half where there are two answers to choose between, which is the default. */
  readonly chance?: number;
}

/**
 * Of tests that a model sees it passes all, of the others as many as chance would: that many seen tests lie behind an accuracy (Abbott 1925). The
 * score is one minus the share of tests of places that is seen over that of tests of things.
 */
export function blindness(
  { places: all, objects }: BlindnessTests,
  { seed, chance = 0.5 }: BlindnessOptions,
): Blindness {
  const places = all.filter(({ items }) => items.length > 0);
  const control = objects !== undefined && objects.items.length > 0 ? objects : undefined;
  const n = new Set(places.flatMap(({ items }) => items)).size;
  const hasControl = control !== undefined;
  const knowsObjects = control === undefined || knows(control, seed, chance);
  if (places.length === 0 || !knowsObjects) return { n, score: null, interval: null, hasControl, knowsObjects };
  const groups = [...places, ...(control === undefined ? [] : [control])];
  const items = [...new Set(groups.flatMap((tests) => tests.items))].sort();
  const order = new Map(items.map((item, at) => [item, at]));
  const scoreOf = (times?: ArrayLike<number>) => {
    const shares = places.map((tests) => seenShare(tests, { order, times, chance }));
    const things = control === undefined ? 1 : seenShare(control, { order, times, chance });
    return things === undefined || shares.includes(undefined) ? undefined : scoreFor(shares as number[], things);
  };
  const score = scoreOf();
  if (score === undefined) return { n, score: null, interval: null, hasControl, knowsObjects };
  if (items.length < 2) return { n, score, interval: [0, 1], hasControl, knowsObjects };
  const ends = [
    score,
    ...(statisticInterval(items.length, scoreOf, { seed }) ?? [0, 1]),
    ...bounds(places, control, chance),
  ];
  return { n, score, interval: [smallestOf(ends), largestOf(ends)], hasControl, knowsObjects };
}

/** How blind a model is, in words, as far as the interval allows to say; what comes after "the model". */
export function blindnessInWords([low, high]: readonly [low: number, high: number]): string {
  if (high < 0.2) return 'reads where things are';
  if (low > 0.8) return 'is blind to where things are';
  if (high < 0.5) return 'reads where things are, at least more often than not';
  if (low > 0.5) return 'is blind to where things are, at least mostly';
  if (high - low > 0.6) return 'reads where things are to a degree that so few images do not tell';
  if (low <= 0.2) return 'reads where things are, at least in part';
  return high >= 0.8 ? 'is blind to where things are, at least in part' : 'reads where things are in part';
}

function scoreFor(places: readonly number[], things: number): number | undefined {
  return things > 0 ? Math.min(1, Math.max(0, 1 - exactMean(places) / things)) : undefined;
}

interface Draw {
  readonly order: ReadonlyMap<string, number>;
  /** How often each item was drawn; once where absent. */
  readonly times: ArrayLike<number> | undefined;
  readonly chance: number;
}

/** The share of tests that is seen, of the items drawn; undefined where none of them was. */
function seenShare(
  { items, toldApart: told, byChance }: ToldApart,
  { order, times, chance }: Draw,
): number | undefined {
  let [sum, guessed, count] = [0, 0, 0];
  items.forEach((item, at) => {
    const weight = times?.[order.get(item)!] ?? 1;
    sum += weight * told[at]!;
    guessed += weight * byChance[at]!;
    count += weight;
  });
  return count === 0 ? undefined : beyond(sum / count, Math.max(chance, guessed / count));
}

/** How far an accuracy goes beyond what chance gives, as a share of what is left; below it as a share of that, so that it ends at -1. */
function beyond(accuracy: number, guess: number): number {
  if (accuracy === guess) return 0;
  return accuracy > guess ? (accuracy - guess) / (1 - guess) : (accuracy - guess) / guess;
}

/** Whether the interval of what is seen lies above nothing. */
function knows(control: ToldApart, seed: number, chance: number): boolean {
  const guess = Math.max(chance, exactMean(control.byChance));
  if (isConstant(control)) return beyond(wilsonOf(control)[0], guess) > 0;
  const order = new Map(control.items.map((item, at) => [item, at]));
  const share = (times: ArrayLike<number>) => seenShare(control, { order, times, chance });
  const [low] = statisticInterval(control.items.length, share, { seed }) ?? [0];
  return low > 0;
}

/** Where all items answer alike, resampling cannot tell how far that holds; the ends that Wilson's intervals allow are taken besides. */
function bounds(places: readonly ToldApart[], control: ToldApart | undefined, chance: number): readonly number[] {
  if (![...places, ...(control === undefined ? [] : [control])].some(isConstant)) return [];
  const ends = (tests: ToldApart): readonly [number, number] => {
    const guess = Math.max(chance, exactMean(tests.byChance));
    const mean = exactMean(tests.toldApart);
    const [low, high] = isConstant(tests) ? wilsonOf(tests) : [mean, mean];
    return [beyond(low, guess), beyond(high, guess)];
  };
  const shares = places.map(ends);
  const [fewest, most] = control === undefined ? [1, 1] : ends(control);
  const low = scoreFor(
    shares.map(([, high]) => high),
    fewest,
  );
  const high = scoreFor(
    shares.map(([least]) => least),
    most,
  );
  return [low ?? 0, high ?? 1];
}

function isConstant({ toldApart: told }: ToldApart): boolean {
  return new Set(told).size < 2;
}

function wilsonOf({ toldApart: told }: ToldApart): readonly [number, number] {
  return wilson(Math.round(told.reduce((sum, value) => sum + value, 0)), told.length).interval ?? [0, 1];
}
