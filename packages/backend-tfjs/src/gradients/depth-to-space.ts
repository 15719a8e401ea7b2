import * as tf from '@tensorflow/tfjs-core';
import type { GradientOverride } from './override.ts';

/** The blocks go back into the channels. */
export const depthToSpace: GradientOverride = {
  kernelName: tf.DepthToSpace,
  because: 'TensorFlow.js has none',
  inputsToSave: ['x'],
  gradFunc(dy, [x], attrs) {
    const { blockSize, dataFormat } = attrs as unknown as tf.DepthToSpaceAttrs;
    return {
      x: () => {
        if (dataFormat !== 'NHWC') throw new Error('DepthToSpace of channels-first images has no gradient here');
        const [batch, height, width, channels] = x!.shape as [number, number, number, number];
        const depth = channels / blockSize ** 2;
        // [N h, bh, w, bw C'] by rows of blocks, so that no more than five axes are moved.
        const blocks = tf.reshape(dy as tf.Tensor, [batch * height, blockSize, width, blockSize * depth]);
        return tf.reshape(tf.transpose(blocks, [0, 2, 1, 3]), x!.shape);
      },
    };
  },
};
