import { expression } from '@understory/core';
import { perSample } from '../per-sample.ts';
import type { Direction } from './direction.ts';

/**
 * The signs of the largest components over their number: ascent under L1 that is spread over a share `1 - sparsity` of what may change.
 *
 * At least one component takes part, which alone is the steepest, and all that equal the last one. Tramer and Boneh 2019, appendix B.
 */
export function l1(sparsity: number): Direction {
  return {
    keeps: (components) => Math.max(1, Math.round((1 - sparsity) * components)),
    along(gradient, rank) {
      const size = expression.absolute(gradient);
      const sorted = expression.sortDescending(expression.reshape(size, [-1]));
      const least = expression.reshape(expression.pick(sorted, rank), [1, 1, 1]);
      const signs = expression.whereGreater(least, size, 0, expression.sign(gradient));
      const count = expression.sum(expression.absolute(signs), perSample);
      return expression.divide(signs, expression.maximum(count, 1));
    },
  };
}
