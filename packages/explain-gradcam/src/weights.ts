import type { Combine } from './class-activation.ts';

/** ReLU(sum_k w_k A_k), where `weigh` gives w_k from the activations and gradients `[places]` of channel k. */
export function channelWeighted(weigh: (activations: Float32Array, gradients: Float32Array) => number): Combine {
  return ({ activations, gradients, channels, places }) => {
    const map = new Float64Array(places);
    for (let channel = 0; channel < channels; channel += 1) {
      const own = activations.subarray(channel * places, (channel + 1) * places);
      const weight = weigh(own, gradients.subarray(channel * places, (channel + 1) * places));
      for (let place = 0; place < places; place += 1) map[place]! += weight * own[place]!;
    }
    return rectified(map);
  };
}

/** ReLU(sum_k w(G_k) A_k) with a weight of its own for every place. */
export function placeWeighted(weigh: (gradient: number) => number): Combine {
  return ({ activations, gradients, places }) => {
    const map = new Float64Array(places);
    for (let at = 0; at < activations.length; at += 1) {
      map[at % places]! += weigh(gradients[at]!) * activations[at]!;
    }
    return rectified(map);
  };
}

function rectified(map: Float64Array): Float32Array {
  return Float32Array.from(map, (value) => Math.max(value, 0));
}
