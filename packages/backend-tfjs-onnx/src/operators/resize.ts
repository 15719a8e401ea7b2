import * as tf from '@tensorflow/tfjs-core';
import { largestResult } from '@understory/backend-tfjs/engine';
import type { Operator } from '../operator.ts';
import { entriesIn } from '../support/axes.ts';
import { alike } from '../support/elementwise.ts';
import { resizeWeights } from '../support/resize-weights.ts';

/** A matrix for each axis that is resized. */
export const resize: Operator = {
  through: [0],
  writes: alike,
  prepare(use) {
    const { node } = use;
    if (node.int('antialias', 0) === 1) use.refuse('antialias');
    if (node.string('keep_aspect_ratio_policy', 'stretch') !== 'stretch') use.refuse('keep_aspect_ratio_policy');
    const shape = use.shape(0);
    const axes = (node.ints('axes') ?? shape.map((_, axis) => axis)).map((axis) =>
      axis < 0 ? axis + shape.length : axis,
    );
    const scales = use.has(2) ? use.numbers(2) : [];
    const sizes = use.has(3) ? use.numbers(3) : [];
    const matrices = shape.map((from, axis) => {
      const at = axes.indexOf(axis);
      const scale = at < 0 ? 1 : scales.length > 0 ? scales[at]! : sizes[at]! / from;
      // As ONNX Runtime multiplies: 10 x 0.7 is 7 in float32, and less than 7 in doubles of the same two numbers.
      const to = at < 0 ? from : sizes.length > 0 ? sizes[at]! : Math.floor(Math.fround(from * scale));
      if (to === from && scale === 1) return undefined;
      if (to * from > largestResult) use.refuse(`${from} places resized to ${to} along axis ${axis}`);
      const weights = resizeWeights({ from, to, scale }, node);
      if (typeof weights === 'string') return use.refuse(weights);
      return use.made(`axis ${axis}`, () => tf.tensor(weights, [to, from]));
    });
    const ordered = entriesIn(use.layout, matrices);
    return (read) =>
      ordered.reduce(
        (x: tf.Tensor, matrix, axis) => (matrix === undefined ? x : along(x, axis, matrix)),
        tf.clone(read(0)),
      );
  },
};

/** One axis multiplied by a matrix `[to, from]`. */
function along(x: tf.Tensor, axis: number, matrix: tf.Tensor): tf.Tensor {
  const [to = 0, from = 0] = matrix.shape;
  const inner = x.shape.slice(axis + 1).reduce((product, size) => product * size, 1);
  const outer = x.size / (from * inner);
  // [outer, from, inner] with the axis in front, so that one product does all.
  const front = tf.reshape(tf.transpose(tf.reshape(x, [outer, from, inner]), [1, 0, 2]), [from, outer * inner]);
  const product = tf.reshape(tf.matMul(matrix, front), [to, outer, inner]);
  return tf.reshape(tf.transpose(product, [1, 0, 2]), x.shape.with(axis, to));
}
