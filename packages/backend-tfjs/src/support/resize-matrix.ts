import * as tf from '@tensorflow/tfjs-core';

export interface ResizeAxis {
  readonly from: number;
  readonly to: number;
  readonly alignCorners: boolean;
  readonly halfPixelCenters: boolean;
}

/** What each of `to` results takes of each of `from` places, `[to, from]`. */
export function resizeMatrix(
  { from, to, alignCorners, halfPixelCenters }: ResizeAxis,
  mode: 'bilinear' | 'nearest',
): tf.Tensor2D {
  const ratio = alignCorners && to > 1 ? (from - 1) / (to - 1) : from / to;
  const weights = new Float32Array(to * from);
  for (let at = 0; at < to; at += 1) {
    if (mode === 'nearest') {
      const source = halfPixelCenters ? ratio * (at + 0.5) : ratio * at;
      const place = alignCorners ? Math.round(source) : Math.floor(source);
      weights[at * from + Math.min(from - 1, Math.max(0, place))] = 1;
      continue;
    }
    const source = Math.max(0, halfPixelCenters ? ratio * (at + 0.5) - 0.5 : ratio * at);
    const first = Math.min(from - 1, Math.floor(source));
    const second = Math.min(from - 1, Math.ceil(source));
    const share = source - first;
    weights[at * from + first]! += second === first ? 1 : 1 - share;
    if (second !== first) weights[at * from + second]! += share;
  }
  return tf.tensor2d(weights, [to, from]);
}

/** The gradient of resizing `[N, h, w, C]`: rows and columns each by their matrix. */
export function resizeGradient(dy: tf.Tensor4D, rows: tf.Tensor2D, columns: tf.Tensor2D): tf.Tensor4D {
  const [batch, outHeight, outWidth, channels] = dy.shape;
  const [height, width] = [rows.shape[1], columns.shape[1]];
  // [h, H] by [H, N W C]
  const byRow = tf.reshape(tf.transpose(dy, [1, 0, 2, 3]), [outHeight, batch * outWidth * channels]);
  const first = tf.reshape(tf.matMul(rows, byRow as tf.Tensor2D, true), [height, batch, outWidth, channels]);
  const byColumn = tf.reshape(tf.transpose(first, [2, 1, 0, 3]), [outWidth, batch * height * channels]);
  const second = tf.reshape(tf.matMul(columns, byColumn as tf.Tensor2D, true), [width, batch, height, channels]);
  return tf.transpose(second, [1, 2, 0, 3]) as tf.Tensor4D;
}
