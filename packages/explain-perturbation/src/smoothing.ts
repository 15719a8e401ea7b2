import { augmented } from '@understory/core';
import type { Explainer } from '@understory/core';

/** The setting of methods that weigh the channels of a layer; both ways are those of pytorch-grad-cam. */
export const smoothing = {
  smooth: {
    type: 'choices',
    default: [],
    choices: ['eigen', 'augmentation'],
    description:
      'Replace the sum over channels by their first principal component (eigen), average over flips and brightnesses of the image (augmentation).',
  },
} as const;

/** The explainer itself, or smoothed over versions of the image where that is chosen. */
export function withAugmentation(smooth: readonly string[], explainer: Explainer): Explainer {
  return smooth.includes('augmentation') ? augmented(explainer) : explainer;
}
