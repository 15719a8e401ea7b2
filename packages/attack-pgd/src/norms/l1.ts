import { elementCount, expression, float32 } from '@understory/core';
import { perSample, SMALLEST } from '../per-sample.ts';
import type { Ball } from './norm.ts';

/** Perturbations whose absolute components sum to no more than `epsilon`; `dims` are those of one sample. */
export function l1(epsilon: number, dims: readonly number[]): Ball {
  const components = elementCount(dims);
  const counts = expression.constant(
    float32(
      Float32Array.from({ length: components }, (_, at) => at + 1),
      [1, components],
    ),
  );
  return {
    /** Every component shrinks by the same amount. Duchi et al. 2008, section 4, whose threshold is the largest over all ranks. */
    project(perturbation) {
      const size = expression.absolute(perturbation);
      const sums = expression.cumulativeSum(expression.sortDescending(expression.reshape(size, [-1])));
      const excess = expression.largest(expression.divide(expression.subtract(sums, epsilon), counts), [1]);
      const threshold = expression.reshape(expression.maximum(excess, 0), [1, 1, 1]);
      const shrunk = expression.maximum(expression.subtract(size, threshold), 0);
      // Long running sums round; what is left of it is scaled away.
      const total = expression.maximum(expression.sum(shrunk, perSample), SMALLEST);
      const share = expression.minimum(expression.divide(epsilon, total), 1);
      return expression.multiply(expression.multiply(expression.sign(perturbation), shrunk), share);
    },
    /** Exponential draws over their sum with one more, each with a random sign. */
    draw(random, dimensions) {
      const exponential = () => -Math.log(1 - random.uniform());
      const draws = Float64Array.from({ length: dimensions }, exponential);
      const sum = draws.reduce((total, value) => total + value, exponential());
      return Float32Array.from(draws, (value) => ((random.uniform() < 0.5 ? -epsilon : epsilon) * value) / sum);
    },
  };
}
