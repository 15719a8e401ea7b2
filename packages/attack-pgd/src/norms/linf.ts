import { expression } from '@understory/core';
import type { Ball } from './norm.ts';

/** Perturbations of which no component is larger than `epsilon`. */
export function linf(epsilon: number): Ball {
  return {
    project: (perturbation) => expression.minimum(expression.maximum(perturbation, -epsilon), epsilon),
    draw: (random, dimensions) => Float32Array.from({ length: dimensions }, () => epsilon * (2 * random.uniform() - 1)),
  };
}
