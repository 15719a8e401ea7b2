import * as tf from '@tensorflow/tfjs-core';
import type { Constant } from '@understory/onnx-autodiff';
import type { Operator, OperatorUse } from '../operator.ts';
import { tensorFrom } from '../support/dtype.ts';
import { padded, windowOf, type ImageWindow } from '../support/window.ts';

/** A convolution of images `[N, h, w, C]` by a filter of its own form. */
type Convolve = (x: tf.Tensor4D, pad: 'same' | 'valid', strides: [number, number], bias?: tf.Tensor) => tf.Tensor;

export const conv: Operator = {
  through: [0],
  writes: () => 'last',
  prepare(use) {
    if (!use.isStatic(1)) use.refuse('weights that are computed from the inputs');
    const [outChannels = 0, perGroup = 0, ...kernel] = use.shape(1);
    const window = windowOf(use, kernel);
    const { strides, dilations } = window;
    const groups = use.node.int('group', 1);
    const isBoth = dilations.some((dilation) => dilation !== 1) && strides.some((stride) => stride !== 1);
    const convolve =
      groups === 1
        ? plain(use, window)
        : perGroup === 1
          ? depthwise(use, window, groups, outChannels)
          : grouped(use, window, groups, perGroup);
    const bias = use.has(2) ? use.weight(2, 'bias', tensorFrom) : undefined;
    return (read) => {
      // TensorFlow.js has no strided and dilated convolutions: every place is computed, some are kept.
      const { image, pad } = padded(read(0, 'last'), isBoth ? { ...window, strides: [1, 1] } : window);
      const whole = convolve(image, pad, isBoth ? [1, 1] : [...strides], bias);
      return isBoth ? tf.stridedSlice(whole, [0, 0, 0, 0], whole.shape, [1, ...strides, 1]) : whole;
    };
  },
};

/** `[out, in, kh, kw]` as `[kh, kw, in, out]`. */
function filterOf(constant: Constant): tf.Tensor4D {
  return tf.transpose(tensorFrom(constant), [2, 3, 1, 0]) as tf.Tensor4D;
}

function plain(use: OperatorUse, { dilations }: ImageWindow): Convolve {
  const filter = use.weight(1, 'conv', filterOf) as tf.Tensor4D;
  return (x, pad, strides, bias) => {
    const rates: [number, number] = [...dilations];
    if (bias === undefined || isTaped()) return withBias(tf.conv2d(x, filter, strides, pad, 'NHWC', rates), bias);
    return tf.fused.conv2d({ x, filter, strides, pad, dilations: rates, bias });
  };
}

/** Whether gradients will be asked for: those of fused operations are of more than is needed here. */
function isTaped(): boolean {
  return tf.engine().state.gradientDepth > 0;
}

function withBias(x: tf.Tensor, bias: tf.Tensor | undefined): tf.Tensor {
  return bias === undefined ? x : tf.add(x, bias);
}

function depthwise(use: OperatorUse, { dilations }: ImageWindow, groups: number, outChannels: number): Convolve {
  const filter = use.weight(1, 'depthwise', (constant) => {
    const [, , height = 0, width = 0] = constant.dims;
    const apart = tf.transpose(tensorFrom(constant), [2, 3, 0, 1]);
    return tf.reshape(apart, [height, width, groups, outChannels / groups]);
  }) as tf.Tensor4D;
  return (x, pad, strides, bias) => {
    const rates: [number, number] = [...dilations];
    if (bias === undefined || isTaped()) {
      return withBias(tf.depthwiseConv2d(x, filter, strides, pad, 'NHWC', rates), bias);
    }
    return tf.fused.depthwiseConv2d({ x, filter, strides, pad, dilations: rates, bias });
  };
}

/** One convolution a group. */
function grouped(use: OperatorUse, { dilations }: ImageWindow, groups: number, perGroup: number): Convolve {
  const filters = Array.from(
    { length: groups },
    (_, group) =>
      use.weight(1, `group ${group} of ${groups}`, (constant) => {
        const whole = filterOf(constant);
        const [height, width, channels, out] = whole.shape;
        return tf.slice(whole, [0, 0, 0, (group * out) / groups], [height, width, channels, out / groups]);
      }) as tf.Tensor4D,
  );
  return (x, pad, strides, bias) => {
    const [batch, height, width] = x.shape;
    const parts = filters.map((filter, group) => {
      const part = tf.slice(x, [0, 0, 0, group * perGroup], [batch, height, width, perGroup]) as tf.Tensor4D;
      return tf.conv2d(part, filter, strides, pad, 'NHWC', [...dilations]);
    });
    return withBias(tf.concat(parts, 3), bias);
  };
}
