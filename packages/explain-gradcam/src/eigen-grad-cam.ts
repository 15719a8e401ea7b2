import { principalScores } from '@understory/statistics';
import { classActivation } from './class-activation.ts';

/**
 * Eigen-Grad-CAM: HiResCAM with its sum over channels replaced by a projection on their first principal axis, which keeps what channels have in common.
 *
 * ReLU(C v) for the products C = G A `[h w, K]` less the mean of each channel and their first right singular vector v, whose elements
 * sum to no less than 0: the map rises with that of HiResCAM. Gildenblat and contributors 2021, pytorch-grad-cam, after Muhammad and Yeasin 2020, "Eigen-CAM: Class Activation
 * Map using Principal Components", equations 2 and 3; there the sign is the one that the decomposition happens to have.
 */
export const eigenGradCam = classActivation(({ activations, gradients, channels }) => {
  const products = Float64Array.from(activations, (activation, at) => activation * gradients[at]!);
  return Float32Array.from(principalScores(products, channels), (score) => Math.max(score, 0));
});
