import * as tf from '@tensorflow/tfjs-core';
import { spread } from './spread.ts';

/** How a window moves over an image. */
export interface Window {
  readonly inHeight: number;
  readonly inWidth: number;
  readonly strideHeight: number;
  readonly strideWidth: number;
  readonly dilationHeight: number;
  readonly dilationWidth: number;
  readonly filterHeight: number;
  readonly filterWidth: number;
  readonly padInfo: { readonly top: number; readonly left: number };
}

/** What came back to a window's results, laid out so that a plain convolution with the turned filter is the gradient of the input. */
function laidOut(dy: tf.Tensor4D, window: Window): tf.Tensor4D {
  const reachHeight = (window.filterHeight - 1) * window.dilationHeight;
  const reachWidth = (window.filterWidth - 1) * window.dilationWidth;
  return spread(dy, {
    strides: [window.strideHeight, window.strideWidth],
    offset: [reachHeight - window.padInfo.top, reachWidth - window.padInfo.left],
    size: [window.inHeight + reachHeight, window.inWidth + reachWidth],
  });
}

/** The gradient of a depthwise convolution's input `[N, h, w, C]` for a filter `[kh, kw, C, multiplier]`. */
export function depthwiseInputGradient(dy: tf.Tensor4D, filter: tf.Tensor4D, window: Window): tf.Tensor4D {
  const [kh, kw, channels, multiplier] = filter.shape;
  const turned = tf.reshape(turnedRound(filter), [kh, kw, channels * multiplier, 1]);
  const dilations: [number, number] = [window.dilationHeight, window.dilationWidth];
  const each = tf.depthwiseConv2d(laidOut(dy, window), turned as tf.Tensor4D, 1, 'valid', 'NHWC', dilations);
  if (multiplier === 1) return each as tf.Tensor4D;
  const [batch = 0, height = 0, width = 0] = each.shape;
  const apart = tf.reshape(each, [batch * height * width, channels, multiplier]);
  return tf.reshape(tf.sum(apart, 2), [batch, height, width, channels]) as tf.Tensor4D;
}

/** The gradient of a convolution's input for a filter `[kh, kw, in, out]`. */
export function convInputGradient(dy: tf.Tensor4D, filter: tf.Tensor4D, window: Window): tf.Tensor4D {
  const turned = tf.transpose(turnedRound(filter), [0, 1, 3, 2]) as tf.Tensor4D;
  const dilations: [number, number] = [window.dilationHeight, window.dilationWidth];
  return tf.conv2d(laidOut(dy, window), turned, 1, 'valid', 'NHWC', dilations) as tf.Tensor4D;
}

function turnedRound(filter: tf.Tensor4D): tf.Tensor4D {
  const [kh, kw] = filter.shape;
  return kh === 1 && kw === 1 ? filter : tf.reverse(filter, [0, 1]);
}
