import { augmented, configurable } from '@understory/core';
import type { Configurable, Explainer } from '@understory/core';
import { principalScores } from '@understory/statistics';
import { classActivation } from './class-activation.ts';

const options = {
  smooth: {
    type: 'choices',
    default: [],
    choices: ['augmentation'],
    description: 'Average over flips and brightnesses of the image (augmentation).',
  },
} as const;

const plain = classActivation(({ activations, gradients, channels }) => {
  const products = Float64Array.from(activations, (activation, at) => activation * gradients[at]!);
  return Float32Array.from(principalScores(products, channels), (score) => Math.max(score, 0));
});

/**
 * Eigen-Grad-CAM: HiResCAM with its sum over channels replaced by a projection on their first principal axis, which keeps what channels have in common.
 *
 * ReLU(C v) for the products C = G A `[h w, K]` less the mean of each channel and their first right singular vector v, whose elements
 * sum to no less than 0: the map rises with that of HiResCAM. Gildenblat and contributors 2021, pytorch-grad-cam, after Muhammad and Yeasin 2020, "Eigen-CAM: Class Activation
 * Map using Principal Components", equations 2 and 3; there the sign is the one that the decomposition happens to have.
 */
export const eigenGradCam: Explainer & Configurable<Explainer, typeof options> = Object.assign(
  configurable('The explainer "eigengradcam"', options, ({ smooth }): Explainer =>
    smooth.includes('augmentation') ? augmented(plain) : plain,
  ),
  plain,
);
