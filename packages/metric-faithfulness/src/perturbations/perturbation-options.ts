import type { OptionSchema, OptionValues } from '@understory/core';
import { black } from './black.ts';
import { channelMean } from './channel-mean.ts';
import { constant } from './constant.ts';
import { gaussianBlur } from './gaussian-blur.ts';
import { noisyLinearImputation } from './noisy-linear-imputation.ts';
import type { Perturbation } from './perturbation.ts';

/** What takes the place of pixels, as settings; metrics have their own defaults. */
export const perturbationOptions = {
  perturbation: {
    type: 'choice',
    default: 'blur',
    choices: ['blur', 'constant', 'channel-mean', 'imputation', 'black'],
    description: 'The replacement of a removed pixel.',
  },
  kernel: {
    type: 'integer',
    default: 11,
    range: [1, 255],
    description: 'The odd side of the window of blur, in pixels.',
  },
  sigma: {
    type: 'number',
    default: 15,
    range: [0.01, 1000],
    description: 'The standard deviation of blur, in pixels.',
  },
  value: {
    type: 'number',
    default: 0,
    range: [-1e6, 1e6],
    description: 'The value of constant, in the space in which the model is fed.',
  },
  noise: {
    type: 'number',
    default: 0.01,
    range: [0, 1000],
    description: 'The standard deviation of the noise of imputation, in the space in which the model is fed.',
  },
} as const satisfies OptionSchema;

/** The same for metrics that come from tables of numbers: removed pixels are as dark as the darkest. */
export const blackByDefault = {
  ...perturbationOptions,
  perturbation: { ...perturbationOptions.perturbation, default: 'black' },
} as const satisfies OptionSchema;

/** The perturbation that settings describe; throws OPTION_INVALID. */
export function perturbationOf({
  perturbation,
  kernel,
  sigma,
  value,
  noise,
}: OptionValues<typeof perturbationOptions>): Perturbation {
  switch (perturbation) {
    case 'blur':
      return gaussianBlur({ kernel, sigma });
    case 'constant':
      return constant({ value });
    case 'channel-mean':
      return channelMean;
    case 'imputation':
      return noisyLinearImputation({ noise });
    case 'black':
      return black;
  }
}
