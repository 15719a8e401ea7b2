import * as tf from '@tensorflow/tfjs-core';
import type { Layout, Operator, Placing } from '../operator.ts';
import { entriesIn } from '../support/axes.ts';

/** Between channels first and last nothing moves where the tensor lies so already. */
export const transpose: Operator = {
  writes: ({ node, outputRank, layoutOf }: Placing): Layout => {
    const isBack = outputRank === 4 && node.ints('perm')?.join() === '0,3,1,2';
    return isBack && layoutOf(0) === 'first' ? 'last' : 'first';
  },
  prepare(use) {
    const rank = use.rank(0);
    const perm = use.node.ints('perm') ?? Array.from({ length: rank }, (_, axis) => rank - 1 - axis);
    const isForth = perm.join() === '0,2,3,1';
    // Where the axes of the result, in its own layout, lie in the input's.
    const order = entriesIn(use.layout, perm);
    return (read) => {
      if (isForth) return tf.clone(read(0, 'last'));
      const x = read(0, 'first');
      return order.every((axis, at) => axis === at) ? tf.clone(x) : tf.transpose(x, [...order]);
    };
  },
};
