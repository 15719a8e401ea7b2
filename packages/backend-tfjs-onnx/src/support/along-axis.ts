import * as tf from '@tensorflow/tfjs-core';
import type { Operator } from '../operator.ts';
import { axisIn } from './axes.ts';
import { alike } from './elementwise.ts';

/** What TensorFlow.js computes along the last axis, along the node's `axis`. */
export function alongAxis(of: (x: tf.Tensor) => tf.Tensor): Operator {
  return {
    writes: alike,
    prepare: (use) => (read) => {
      const x = read(0);
      const axis = axisIn(use.layout, use.node.int('axis', -1), x.rank);
      const last = x.rank - 1;
      if (axis === last) return of(x);
      const swapped = x.shape.map((_, at) => (at === axis ? last : at === last ? axis : at));
      return tf.transpose(of(tf.transpose(x, swapped)), swapped);
    },
  };
}
