import { expression } from '@understory/core';
import { perSample, SMALLEST } from '../per-sample.ts';
import type { Direction } from './direction.ts';

/** The gradient over its Euclidean length: steepest ascent under L2. Madry et al. 2018, section 2.1. */
export const l2: Direction = {
  along(gradient) {
    // By its largest component first, so that the squares of small gradients do not vanish.
    const largest = expression.largest(expression.absolute(gradient), perSample);
    const scaled = expression.divide(gradient, expression.maximum(largest, SMALLEST));
    const length = expression.squareRoot(expression.sum(expression.multiply(scaled, scaled), perSample));
    return expression.divide(scaled, expression.maximum(length, SMALLEST));
  },
};
