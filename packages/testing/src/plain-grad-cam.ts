import { largestOf, smallestOf, toFloat32, type Tensor } from '@understory/core';

/** Grad-CAM of each sample in the plain formula of Selvaraju et al. 2017, on activations and gradients `[N, K, h, w]`; to hold other code against. */
export function plainGradCam(activations: Tensor, gradients: Tensor): readonly Float64Array[] {
  const [samples = 0, channels = 0, height = 0, width = 0] = activations.dims;
  const [values, slopes] = [toFloat32(activations), toFloat32(gradients)];
  const size = height * width;
  return Array.from({ length: samples }, (_, sample) => {
    const map = new Float64Array(size);
    for (let channel = 0; channel < channels; channel += 1) {
      const start = (sample * channels + channel) * size;
      const weight = slopes.subarray(start, start + size).reduce((sum, each) => sum + each, 0) / size;
      for (let at = 0; at < size; at += 1) map[at]! += weight * values[start + at]!;
    }
    return map.map((each) => Math.max(0, each));
  });
}

/** Values with 0 for the least and 1 for the largest. */
export function plainMinMax(values: Float32Array | Float64Array): Float64Array {
  const [low, high] = [smallestOf(values), largestOf(values)];
  return Float64Array.from(values, (value) => (value - low) / (high - low));
}
