import type * as tf from '@tensorflow/tfjs-core';
import type { KernelOverride } from '../gradients/override.ts';
import { resizeGradient, resizeMatrix } from './resize-matrix.ts';

/** Resizing is a matrix for the rows and one for the columns; the gradient is multiplied by both transposed. */
export function resizeOverride(kernelName: string, method: Parameters<typeof resizeMatrix>[1]): KernelOverride {
  return {
    kernelName,
    engines: ['wasm', 'cpu', 'tensorflow'],
    because: 'the gradients of cpu and tensorflow leave out where the centres of pixels are',
    compute({ images, dy }, attrs) {
      const { alignCorners } = attrs as unknown as tf.ResizeBilinearGradAttrs;
      // The types leave it out; what the forward operation was given is handed on.
      const halfPixelCenters = attrs['halfPixelCenters'] === true;
      const [, height, width] = images!.shape as [number, number, number];
      const [, outHeight, outWidth] = dy!.shape as [number, number, number];
      const axis = (from: number, to: number) => resizeMatrix({ from, to, alignCorners, halfPixelCenters }, method);
      return resizeGradient(dy as tf.Tensor4D, axis(height, outHeight), axis(width, outWidth));
    },
  };
}
