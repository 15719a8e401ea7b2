import * as tf from '@tensorflow/tfjs-core';
import type { OperatorUse } from '../operator.ts';

type Pair = readonly [number, number];

/** How a window moves over an image: rows, then columns. */
export interface ImageWindow {
  readonly kernel: Pair;
  readonly strides: Pair;
  readonly dilations: Pair;
  /** Before and behind. */
  readonly pads: (height: number, width: number) => readonly [Pair, Pair];
}

/** The window of a convolution or pooling over `[N, C, h, w]`; refuses other ranks. */
export function windowOf(use: OperatorUse, kernel: readonly number[]): ImageWindow {
  const { node } = use;
  if (kernel.length !== 2) use.refuse(`a window over ${kernel.length === 1 ? 'one axis' : `${kernel.length} axes`}`);
  const pair = (values: readonly number[]): Pair => [values[0]!, values[1]!];
  const strides = pair(node.ints('strides', [1, 1]));
  const dilations = pair(node.ints('dilations', [1, 1]));
  const [top = 0, left = 0, bottom = 0, right = 0] = node.ints('pads', [0, 0, 0, 0]);
  const auto = node.string('auto_pad', 'NOTSET');
  const along = (size: number, axis: 0 | 1, explicit: Pair): Pair => {
    if (auto === 'VALID') return [0, 0];
    if (auto !== 'SAME_UPPER' && auto !== 'SAME_LOWER') return explicit;
    const total = sameTotal(size, reach(kernel[axis]!, dilations[axis]), strides[axis]);
    const before = auto === 'SAME_UPPER' ? Math.floor(total / 2) : Math.ceil(total / 2);
    return [before, total - before];
  };
  return {
    kernel: pair(kernel),
    strides,
    dilations,
    pads: (height, width) => [along(height, 0, [top, bottom]), along(width, 1, [left, right])],
  };
}

/** How many places a window spans. */
export function reach(size: number, dilation: number): number {
  return (size - 1) * dilation + 1;
}

function sameTotal(size: number, span: number, stride: number): number {
  return Math.max((Math.ceil(size / stride) - 1) * stride + span - size, 0);
}

/** What TensorFlow.js has to be told for an image `[N, h, w, C]`: padding that it knows by name on every engine, or padded ahead. */
export function padded(
  x: tf.Tensor,
  window: ImageWindow,
): { readonly image: tf.Tensor4D; readonly pad: 'same' | 'valid' } {
  const [, height = 0, width = 0] = x.shape;
  const pads = window.pads(height, width);
  if (pads.flat().every((count) => count === 0)) return { image: x as tf.Tensor4D, pad: 'valid' };
  const isSame = pads.every(([before, behind], axis) => {
    const [size, stride] = [axis === 0 ? height : width, window.strides[axis]!];
    const span = reach(window.kernel[axis]!, window.dilations[axis]!);
    const total = sameTotal(size, span, stride);
    const count = Math.floor((size + before + behind - span) / stride) + 1;
    return count === Math.ceil(size / stride) && before === Math.floor(total / 2) && before + behind === total;
  });
  if (isSame) return { image: x as tf.Tensor4D, pad: 'same' };
  return { image: withBorder(x, pads, 0), pad: 'valid' };
}

/** An image with rows and columns around it; a negative number takes some away. */
export function withBorder(x: tf.Tensor, pads: readonly [Pair, Pair], value: number): tf.Tensor4D {
  const [[top, bottom], [left, right]] = pads;
  let image = x;
  if (Math.min(top, bottom, left, right) < 0) {
    const [batch = 0, height = 0, width = 0, channels = 0] = x.shape;
    const cut = (size: number) => Math.max(0, -size);
    const size = [batch, height - cut(top) - cut(bottom), width - cut(left) - cut(right), channels];
    image = tf.slice(x, [0, cut(top), cut(left), 0], size);
  }
  const around = (before: number, behind: number): [number, number] => [Math.max(0, before), Math.max(0, behind)];
  if (Math.max(top, bottom, left, right) <= 0) return image as tf.Tensor4D;
  return tf.pad(image, [[0, 0], around(top, bottom), around(left, right), [0, 0]], value) as tf.Tensor4D;
}
