import * as tf from '@tensorflow/tfjs-core';
import type { KernelOverride } from '../gradients/override.ts';
import { gatherPlan, placesOf } from '../support/gather-plan.ts';

/** Rows are picked along the first axis, where the indices of every sample of the batch dimensions have a place of their own. */
export const gather: KernelOverride = {
  kernelName: tf.GatherV2,
  engines: ['tensorflow'],
  because: 'tensorflow passes over batch dimensions, and takes no axis that counts from the end',
  compute({ x, indices }, attrs) {
    const { axis, batchDims = 0 } = attrs as unknown as tf.GatherV2Attrs;
    if (axis >= 0 && batchDims === 0) return undefined;
    if (batchDims === 0) return tf.gather(x!, tf.cast(indices!, 'int32'), axis + x!.rank);
    const { batch, outer, length, inner, count, shape } = gatherPlan(x!.shape, indices!.shape, axis, batchDims);
    const rows = tf.transpose(tf.reshape(x!, [batch, outer, length, inner]), [0, 2, 1, 3]);
    const places = placesOf(indices!, batch, count, length);
    const picked = tf.gather(tf.reshape(rows, [batch * length, outer * inner]), places, 0);
    const apart = tf.transpose(tf.reshape(picked, [batch, count, outer, inner]), [0, 2, 1, 3]);
    return tf.reshape(apart, [...shape]);
  },
};
