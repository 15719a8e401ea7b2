import * as tf from '@tensorflow/tfjs-core';
import type { Operator } from '../operator.ts';

export const depthToSpace: Operator = {
  prepare(use) {
    const block = use.node.int('blocksize', 1);
    const isColumnFirst = use.node.string('mode', 'DCR') === 'CRD';
    return (read) => {
      const [batch = 0, channels = 0, height = 0, width = 0] = read(0).shape;
      const depth = channels / block ** 2;
      const apart = isColumnFirst
        ? [batch, depth, block, block, height, width]
        : [batch, block, block, depth, height, width];
      const order = isColumnFirst ? [0, 1, 4, 2, 5, 3] : [0, 3, 4, 1, 5, 2];
      const moved = tf.transpose(tf.reshape(read(0), apart), order);
      return tf.reshape(moved, [batch, depth, height * block, width * block]);
    };
  },
};
