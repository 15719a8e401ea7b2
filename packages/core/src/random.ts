import { fnv1a64, splitMix64, xoshiro128StarStar } from './generator.ts';

// As in the generator: globals are slow to look up inside a vm context.
const { isInteger } = Number;

/** A stream of pseudo-random numbers that is the same on every machine for the same seed. */
export interface SeededRandom {
  /** Uniform in [0, 1). */
  uniform(): number;
  /** Standard normal. */
  normal(): number;
  /** Uniform integer in [0, bound). */
  integer(bound: number): number;
  /** A uniformly random order of 0..length-1. */
  permutation(length: number): number[];
  /** An independent stream for a name, so that the order in which items are worked on cannot matter. */
  fork(name: string): SeededRandom;
}

/**
 * The stream of a seed: xoshiro128** whose state is SplitMix64 of the FNV-1a hash of the seed's text, so 7 and "7" are the same seed.
 * A fork depends on the seed and the names of the forks that lead to it, never on how much was drawn before.
 * Throws a RangeError for a seed that is not a finite number, and for a bound that is not a whole number from 1 to 2^32.
 */
export function seededRandom(seed: number | string): SeededRandom {
  if (typeof seed === 'number' && !Number.isFinite(seed)) throw new RangeError(`${seed} is not a seed`);
  return stream([String(seed)]);
}

function stream(path: readonly string[]): SeededRandom {
  // JSON keeps ["a", "b"] and ["a/b"] apart, whatever the names contain.
  const words = splitMix64(fnv1a64(codeUnitBytes(JSON.stringify(path))));
  const next = xoshiro128StarStar([...halves(words()), ...halves(words())]);
  let spareNormal: number | undefined;

  const uniform = () => ((next() >>> 5) * 2 ** 26 + (next() >>> 6)) / 2 ** 53;

  const integer = (bound: number) => {
    if (!isInteger(bound) || bound < 1 || bound > 2 ** 32) {
      throw new RangeError(`${bound} is not a whole number from 1 to 2^32`);
    }
    const limit = 2 ** 32 - (2 ** 32 % bound);
    let drawn = next();
    while (drawn >= limit) drawn = next();
    return drawn % bound;
  };

  return {
    uniform,
    integer,
    normal() {
      if (spareNormal !== undefined) {
        const normal = spareNormal;
        spareNormal = undefined;
        return normal;
      }
      const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
      const angle = 2 * Math.PI * uniform();
      spareNormal = radius * Math.sin(angle);
      return radius * Math.cos(angle);
    },
    permutation(length) {
      const order = Array.from({ length }, (_, place) => place);
      for (let last = length - 1; last > 0; last -= 1) {
        const other = integer(last + 1);
        [order[last], order[other]] = [order[other]!, order[last]!];
      }
      return order;
    },
    fork: (name) => stream([...path, name]),
  };
}

function* codeUnitBytes(text: string): Iterable<number> {
  for (let place = 0; place < text.length; place += 1) {
    const unit = text.charCodeAt(place);
    yield unit & 0xff;
    yield unit >>> 8;
  }
}

function halves(word: bigint): [low: number, high: number] {
  return [Number(word & 0xffffffffn), Number(word >> 32n)];
}
