import type { ClassActivation } from './class-activation.ts';

/** What each channel adds to the map of one sample, `[channels, places]`. */
export type Products = (sample: ClassActivation) => Float64Array;

/** w_k A_k, where `weigh` gives w_k from the activations and gradients `[places]` of channel k. */
export function channelWeighted(weigh: (activations: Float32Array, gradients: Float32Array) => number): Products {
  return ({ activations, gradients, channels, places }) => {
    const products = new Float64Array(activations.length);
    for (let channel = 0; channel < channels; channel += 1) {
      const [start, end] = [channel * places, (channel + 1) * places];
      const weight = weigh(activations.subarray(start, end), gradients.subarray(start, end));
      for (let at = start; at < end; at += 1) products[at] = weight * activations[at]!;
    }
    return products;
  };
}

/** w(G_k) A_k with a weight of its own for every place. */
export function placeWeighted(weigh: (gradient: number) => number): Products {
  return ({ activations, gradients }) =>
    Float64Array.from(activations, (activation, at) => weigh(gradients[at]!) * activation);
}

/** The weight of Grad-CAM. */
export const meanGradient = (_: Float32Array, gradients: Float32Array): number =>
  gradients.reduce((sum, gradient) => sum + gradient, 0) / gradients.length;
