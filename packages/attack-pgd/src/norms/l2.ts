import { expression } from '@understory/core';
import { perSample, SMALLEST } from '../per-sample.ts';
import type { Ball } from './norm.ts';

/** Perturbations that are no longer than `epsilon`. */
export function l2(epsilon: number): Ball {
  return {
    project(perturbation) {
      const length = expression.squareRoot(expression.sum(expression.multiply(perturbation, perturbation), perSample));
      const share = expression.minimum(expression.divide(epsilon, expression.maximum(length, SMALLEST)), 1);
      return expression.multiply(perturbation, share);
    },
    /** A normal direction, and a radius whose power of the dimensions is uniform. */
    draw(random, dimensions) {
      const normal = Float64Array.from({ length: dimensions }, () => random.normal());
      const length = Math.sqrt(normal.reduce((sum, value) => sum + value * value, 0));
      const radius = epsilon * random.uniform() ** (1 / dimensions);
      return Float32Array.from(normal, (value) => (radius * value) / length);
    },
  };
}
