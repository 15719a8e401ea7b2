import * as tf from '@tensorflow/tfjs-core';
import type { GradientOverride } from './override.ts';

/** What was taken is added up where it was taken from. */
export const gather: GradientOverride = {
  kernelName: tf.GatherV2,
  because: 'wasm has no UnsortedSegmentSum',
  inputsToSave: ['x', 'indices'],
  gradFunc(dy, [x, indices], attrs) {
    const { axis, batchDims = 0 } = attrs as unknown as tf.GatherV2Attrs;
    return {
      x: () => {
        if (batchDims !== 0) throw new Error('GatherV2 with batch dimensions has no gradient here');
        const { shape } = x!;
        const place = axis < 0 ? axis + shape.length : axis;
        const outer = shape.slice(0, place);
        const inner = shape.slice(place + 1);
        const [before, after, count] = [size(outer), size(inner), indices!.size];
        const taken = tf.transpose(tf.reshape(dy as tf.Tensor, [before, count, after]), [1, 0, 2]);
        const places = tf.reshape(tf.cast(indices!, 'int32'), [count, 1]);
        const rows = tf.scatterND(places, tf.reshape(taken, [count, before * after]), [shape[place]!, before * after]);
        return tf.reshape(tf.transpose(tf.reshape(rows, [shape[place]!, before, after]), [1, 0, 2]), shape);
      },
      indices: () => tf.zerosLike(indices!),
    };
  },
};

function size(dims: readonly number[]): number {
  return dims.reduce((product, dim) => product * dim, 1);
}
