import { weightedActivation } from './weighted-activation.ts';
import { placeWeighted } from './weights.ts';

/**
 * HiResCAM: every place weighted by its own gradient, which shows only what raises the explained number.
 *
 * ReLU(sum_k G_k A_k). Draelos and Carin 2020, "Use HiResCAM instead of Grad-CAM for faithful explanations of convolutional
 * neural networks"; the ReLU is pytorch-grad-cam's.
 */
export const hiResCam = weightedActivation(
  'hirescam',
  placeWeighted((gradient) => gradient),
);
