import * as tf from '@tensorflow/tfjs-core';
import type { Operator } from '../operator.ts';
import { standardised } from '../support/standardised.ts';

export const groupNormalization: Operator = {
  prepare(use) {
    const epsilon = use.node.float('epsilon', 1e-5);
    const groups = use.node.int('num_groups', 1);
    return (read) => {
      const x = read(0);
      const [batch = 1, channels = 1, ...rest] = x.shape;
      const parts = tf.reshape(x, [batch, groups, x.size / (batch * groups)]);
      const { result } = standardised(parts, [2], epsilon);
      const perChannel = (input: number) => {
        const values = read(input);
        // A value a group before opset 21, a value a channel since.
        const repeated =
          values.size === channels
            ? values
            : tf.reshape(tf.tile(tf.reshape(values, [groups, 1]), [1, channels / groups]), [channels]);
        return tf.reshape(repeated, [channels, ...rest.map(() => 1)]);
      };
      return tf.add(tf.mul(tf.reshape(result, x.shape), perChannel(1)), perChannel(2));
    };
  },
};
