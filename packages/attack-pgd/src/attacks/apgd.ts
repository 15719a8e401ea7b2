import { configurable } from '@understory/core';
import { projectedGradientDescent } from '../projected-gradient-descent.ts';
import { uniform } from '../starts/uniform.ts';
import { autoPgd } from '../step-controls/auto-pgd.ts';
import { batchOptions, budgetOptions, endOptions, objectiveOptions, restartOptions } from './options.ts';
import { budgetOf, directionOf, objectiveOf, stopOf } from './parts.ts';

const apgdOptions = {
  ...budgetOptions,
  norm: {
    type: 'choice',
    default: 'linf',
    choices: ['linf', 'l2'],
    description: 'What is measured: the largest change of a value, or the length of all.',
  },
  steps: { type: 'integer', default: 100, range: [1, 100_000], description: 'Maximum number of steps.' },
  ...objectiveOptions,
  ...restartOptions,
  ...endOptions,
  ...batchOptions,
} as const;

/** Auto-PGD: a step size that halves by itself, inertia, and the best point taken up again. Croce and Hein 2020, Algorithm 1. */
export const apgd = configurable('The attack "apgd"', apgdOptions, (options) =>
  projectedGradientDescent({
    name: 'The attack "apgd"',
    ...budgetOf(options),
    objective: objectiveOf(options),
    direction: directionOf({ ...options, direction: 'steepest', sparsity: 0 }),
    controls: autoPgd(options.epsilon),
    steps: options.steps,
    start: uniform,
    restarts: options.restarts,
    momentum: 0,
    stop: stopOf(options),
    keep: options.keep,
    looksLast: true,
    batch: options.batch,
  }),
);
