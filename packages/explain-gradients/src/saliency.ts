import { gradientMagnitude } from './gradient-magnitude.ts';

/**
 * Saliency: how much the explained number changes with a pixel, the largest magnitude of the gradient among its channels.
 *
 * max_c |dS/dx_c|. Simonyan, Vedaldi and Zisserman 2014, "Deep Inside Convolutional Networks: Visualising Image Classification
 * Models and Saliency Maps", section 3.1.
 */
export const saliency = gradientMagnitude();
