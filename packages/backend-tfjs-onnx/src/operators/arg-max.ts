import * as tf from '@tensorflow/tfjs-core';
import type { Operator } from '../operator.ts';

export const argMax: Operator = {
  passage: 'stops',
  prepare(use) {
    if (use.node.int('select_last_index', 0) === 1) use.refuse('select_last_index');
    return (read) => {
      const x = read(0);
      const axis = use.node.int('axis', 0);
      const place = axis < 0 ? axis + x.rank : axis;
      const found = tf.argMax(x, place);
      return use.node.int('keepdims', 1) === 1 ? tf.expandDims(found, place) : found;
    };
  },
};
