import type { Expression, SeededRandom } from '@understory/core';

/** A ball around the untouched pixels. */
export interface Ball {
  /** The nearest point of the ball to a perturbation `[N, C, H, W]`, in Euclidean distance. */
  readonly project: (perturbation: Expression) => Expression;
  /** A point drawn uniformly from the ball of that many dimensions. */
  readonly draw: (random: SeededRandom, dimensions: number) => Float32Array;
}
