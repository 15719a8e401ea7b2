import * as tf from '@tensorflow/tfjs-core';
import type { KernelOverride } from '../gradients/override.ts';
import { slicePlaces } from '../support/slice-places.ts';

/** Every axis' places are picked one after the other. */
export const stridedSlice: KernelOverride = {
  kernelName: tf.StridedSlice,
  engines: ['wasm'],
  because: 'wasm reads whole numbers and logical values as floats where it takes steps',
  compute({ x }, attrs) {
    if (x!.dtype === 'float32') return undefined;
    const { begin, strides, counts, shape } = slicePlaces(x!.shape, attrs);
    const picked = x!.shape.reduce((rest, _, axis) => {
      const [first, step, count] = [begin[axis]!, strides[axis]!, counts[axis]!];
      if (step === 1) return tf.slice(rest, at(rest.shape, axis, first, 0), rest.shape.with(axis, count));
      const places = Int32Array.from({ length: count }, (_unused, place) => first + place * step);
      return tf.gather(rest, tf.tensor1d(places, 'int32'), axis);
    }, x!);
    return tf.reshape(picked, [...shape]);
  },
};

function at(shape: readonly number[], axis: number, value: number, otherwise: number): number[] {
  return shape.map((_, other) => (other === axis ? value : otherwise));
}
