import { configurable } from '@understory/core';
import { projectedGradientDescent } from '../projected-gradient-descent.ts';
import { constant } from '../schedules.ts';
import { scheduled } from '../step-controls/scheduled.ts';
import { never } from '../stop-rules.ts';
import { batchOptions, budgetOptions, objectiveOptions } from './options.ts';
import { budgetOf, directionOf, objectiveOf } from './parts.ts';

/**
 * The fast gradient sign method: one step of length epsilon, by the signs of the gradient under L-infinity.
 *
 * Goodfellow et al. 2015, section 4.
 */
export const fgsm = configurable(
  'The attack "fgsm"',
  { ...budgetOptions, ...objectiveOptions, ...batchOptions },
  (options) =>
    projectedGradientDescent({
      name: 'The attack "fgsm"',
      ...budgetOf(options),
      objective: objectiveOf(options),
      direction: directionOf({ ...options, direction: 'steepest', sparsity: 0.99 }),
      controls: scheduled(constant({ first: options.epsilon, last: options.epsilon })),
      steps: 1,
      restarts: 1,
      momentum: 0,
      stop: never,
      keep: 'last',
      looksLast: true,
      batch: options.batch,
    }),
);
