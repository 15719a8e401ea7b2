import * as tf from '@tensorflow/tfjs-core';
import type { Operator } from '../operator.ts';

export const flatten: Operator = {
  prepare: (use) => (read) => {
    const x = read(0);
    const axis = use.node.int('axis', 1);
    const place = axis < 0 ? axis + x.rank : axis;
    const rows = x.shape.slice(0, place).reduce((product, size) => product * size, 1);
    const columns = x.shape.slice(place).reduce((product, size) => product * size, 1);
    return tf.reshape(x, [rows, columns]);
  },
};
