import { configurable, errors, type OptionValues } from '@understory/core';
import { projectedGradientDescent } from '../projected-gradient-descent.ts';
import { constant, cosine, linear } from '../schedules.ts';
import { uniform } from '../starts/uniform.ts';
import { scheduled } from '../step-controls/scheduled.ts';
import {
  batchOptions,
  budgetOptions,
  directionOptions,
  endOptions,
  objectiveOptions,
  restartOptions,
} from './options.ts';
import { budgetOf, directionOf, objectiveOf, stopOf } from './parts.ts';

const pgdOptions = {
  ...budgetOptions,
  epsilon: { ...budgetOptions.epsilon, default: 12 / 255 },
  steps: { type: 'integer', default: 50, range: [1, 100_000], description: 'Maximum number of steps.' },
  ...objectiveOptions,
  ...directionOptions,
  schedule: {
    type: 'choice',
    default: 'cosine',
    choices: ['cosine', 'linear', 'constant'],
    description: 'How the step size falls from alpha to alphaMin.',
  },
  alpha: { type: 'number', default: 0.25, range: [0, 1e6], description: 'The size of the first step.' },
  alphaUnit: {
    type: 'choice',
    default: 'epsilon',
    choices: ['epsilon', 'pixels'],
    description: 'Whether alpha counts in epsilons or in units of pixels in 0..1.',
  },
  alphaMin: {
    type: 'number',
    default: 0.1 / 255,
    range: [0, 1e6],
    description: 'The size that a falling schedule ends near, in units of pixels in 0..1.',
  },
  start: {
    type: 'choice',
    default: 'none',
    choices: ['none', 'uniform'],
    description: 'The starting point: the unmodified pixels, or a random point in the ball.',
  },
  ...restartOptions,
  momentum: {
    type: 'number',
    default: 0,
    range: [0, 10],
    description: 'Momentum: the decay factor of the accumulated gradient; 0 for none.',
  },
  ...endOptions,
  stop: { ...endOptions.stop, default: 'probability' },
  keep: { ...endOptions.keep, default: 'last' },
  lastLook: {
    type: 'boolean',
    default: false,
    description: 'Whether the pixels after the last step are evaluated too, one evaluation more.',
  },
  ...batchOptions,
} as const;

export type PgdOptions = OptionValues<typeof pgdOptions>;

/**
 * Projected gradient descent; the defaults are the paper's targeted masked attack, section 4.3 and Algorithm 1.
 *
 * Madry et al. 2018, section 2.1. Throws OPTION_INVALID for restarts without a random start.
 */
export const pgd = configurable('The attack "pgd"', pgdOptions, (options) => {
  if (options.restarts > 1 && options.start === 'none') {
    throw errors.optionInvalid({
      of: 'The attack "pgd"',
      option: 'restarts',
      found: options.restarts,
      expected: '1 where every start is the same; start=uniform draws them',
    });
  }
  const first = options.alphaUnit === 'epsilon' ? options.alpha * options.epsilon : options.alpha;
  const sizes = { first, last: options.alphaMin };
  return projectedGradientDescent({
    name: 'The attack "pgd"',
    ...budgetOf(options),
    objective: objectiveOf(options),
    direction: directionOf(options),
    controls: scheduled({ cosine, linear, constant }[options.schedule](sizes)),
    steps: options.steps,
    ...(options.start === 'uniform' && { start: uniform }),
    restarts: options.restarts,
    momentum: options.momentum,
    stop: stopOf(options),
    keep: options.keep,
    looksLast: options.lastLook,
    batch: options.batch,
  });
});
