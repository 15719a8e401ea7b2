import { weightedActivation } from './weighted-activation.ts';
import { channelWeighted } from './weights.ts';

/** Keeps the denominator off zero; pytorch-grad-cam's value, which shows where gradients are small. */
const EPSILON = 1e-6;

/**
 * Grad-CAM++: channels weighted by their positive gradients, each scaled so that places that act together share the credit.
 *
 * ReLU(sum_k w_k A_k) with w_k = sum(alpha ReLU(G_k)) and alpha = G^2 / (2 G^2 + sum(A_k) G^3), zero where G is zero.
 * Chattopadhay et al. 2018, "Grad-CAM++: Generalized Gradient-Based Visual Explanations for Deep Convolutional Networks",
 * equations 5, 7 and 19; 19 holds for the exponential of the explained number.
 */
export const gradCamPlusPlus = weightedActivation(
  'gradcam++',
  channelWeighted((activations, gradients) => {
    const total = activations.reduce((sum, activation) => sum + activation, 0);
    return gradients.reduce((sum, gradient) => {
      if (!(gradient > 0)) return Number.isNaN(gradient) ? NaN : sum;
      const square = gradient * gradient;
      return sum + (square * gradient) / (2 * square + total * square * gradient + EPSILON);
    }, 0);
  }),
);
