import { weightedActivation } from './weighted-activation.ts';
import { channelWeighted } from './weights.ts';

/** Keeps the denominator of a channel that is silent off zero; pytorch-grad-cam's value. */
const EPSILON = 1e-7;

/**
 * XGrad-CAM: channels weighted by their gradients, averaged with their activations as weights.
 *
 * ReLU(sum_k w_k A_k) with w_k = sum(G_k A_k) / sum(A_k). Fu et al. 2020, "Axiom-based Grad-CAM: Towards Accurate
 * Visualization and Explanation of CNNs", equation 8; the ReLU is Grad-CAM's.
 */
export const xGradCam = weightedActivation(
  'xgradcam',
  channelWeighted((activations, gradients) => {
    let product = 0;
    let total = EPSILON;
    for (let place = 0; place < activations.length; place += 1) {
      product += gradients[place]! * activations[place]!;
      total += activations[place]!;
    }
    return product / total;
  }),
);
