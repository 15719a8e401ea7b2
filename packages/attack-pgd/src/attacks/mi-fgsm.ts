import { configurable } from '@understory/core';
import { iterated, iteratedOptions } from './iterated.ts';

const miFgsmOptions = {
  ...iteratedOptions,
  epsilon: { ...iteratedOptions.epsilon, default: 16 / 255 },
  alpha: { ...iteratedOptions.alpha, default: 1.6 / 255 },
  momentum: {
    type: 'number',
    default: 1,
    range: [0, 10],
    description: 'Momentum: the decay factor of the accumulated gradient.',
  },
} as const;

/** The momentum iterative method: steps along gradients of L1 length 1, gathered. Dong et al. 2018, algorithm 1. */
export const miFgsm = configurable('The attack "mi-fgsm"', miFgsmOptions, (options) =>
  iterated('The attack "mi-fgsm"', options, options.momentum),
);
