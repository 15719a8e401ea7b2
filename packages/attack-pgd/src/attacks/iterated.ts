import type { OptionSchema, OptionValues } from '@understory/core';
import type { GradientAttack } from '../projected-gradient-descent.ts';
import { projectedGradientDescent } from '../projected-gradient-descent.ts';
import { constant } from '../schedules.ts';
import { scheduled } from '../step-controls/scheduled.ts';
import { batchOptions, budgetOptions, endOptions, objectiveOptions } from './options.ts';
import { budgetOf, directionOf, objectiveOf, stopOf } from './parts.ts';

/** The settings of attacks that repeat a step of one size from the untouched pixels on. */
export const iteratedOptions = {
  ...budgetOptions,
  steps: { type: 'integer', default: 10, range: [1, 100_000], description: 'Maximum number of steps.' },
  alpha: {
    type: 'number',
    default: 1 / 255,
    range: [0, 1e6],
    description: 'The size of a step, in units of pixels in 0..1.',
  },
  ...objectiveOptions,
  ...endOptions,
  ...batchOptions,
} as const satisfies OptionSchema;

export function iterated(
  name: string,
  options: OptionValues<typeof iteratedOptions>,
  momentum: number,
): GradientAttack {
  return projectedGradientDescent({
    name,
    ...budgetOf(options),
    objective: objectiveOf(options),
    direction: directionOf({ ...options, direction: 'steepest', sparsity: 0.99 }),
    controls: scheduled(constant({ first: options.alpha, last: options.alpha })),
    steps: options.steps,
    restarts: 1,
    momentum,
    stop: stopOf(options),
    keep: options.keep,
    looksLast: true,
    batch: options.batch,
  });
}
