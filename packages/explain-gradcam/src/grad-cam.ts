import { weightedActivation } from './weighted-activation.ts';
import { channelWeighted, meanGradient } from './weights.ts';

/**
 * Grad-CAM: channels weighted by their mean gradient.
 *
 * ReLU(sum_k mean(G_k) A_k). Selvaraju et al. 2017, "Grad-CAM: Visual Explanations from Deep Networks via Gradient-based
 * Localization", equations 1 and 2.
 */
export const gradCam = weightedActivation('gradcam', channelWeighted(meanGradient));
