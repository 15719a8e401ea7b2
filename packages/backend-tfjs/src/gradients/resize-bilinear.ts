import * as tf from '@tensorflow/tfjs-core';
import { resizeGradient, resizeMatrix } from '../support/resize-matrix.ts';
import type { KernelOverride } from './override.ts';

/** Resizing is a matrix for the rows and one for the columns; the gradient is multiplied by both transposed. */
export const resizeBilinear: KernelOverride = {
  kernelName: tf.ResizeBilinearGrad,
  engines: ['wasm', 'cpu', 'tensorflow'],
  because: 'the gradients of cpu and tensorflow leave out where the centres of pixels are',
  compute({ images, dy }, attrs) {
    const { alignCorners } = attrs as unknown as tf.ResizeBilinearGradAttrs;
    // The types leave it out; what the forward operation was given is handed on.
    const halfPixelCenters = attrs['halfPixelCenters'] === true;
    const [, height, width] = images!.shape as [number, number, number];
    const [, outHeight, outWidth] = dy!.shape as [number, number, number];
    const axis = (from: number, to: number) => resizeMatrix({ from, to, alignCorners, halfPixelCenters }, 'bilinear');
    return resizeGradient(dy as tf.Tensor4D, axis(height, outHeight), axis(width, outWidth));
  },
};
