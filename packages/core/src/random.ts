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
