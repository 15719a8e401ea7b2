import { toFloat32, type Tensor } from '@understory/core';

/** Grad-CAM of each sample in the formula of Selvaraju et al. 2017, on activations and gradients `[N, K, h, w]`. */
export function gradCam(activations: Tensor, gradients: Tensor): readonly Float64Array[] {
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
