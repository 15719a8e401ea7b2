import type * as tf from '@tensorflow/tfjs-core';
import type { Operator, OperatorUse, Placing } from '../operator.ts';
import { axisIn } from './axes.ts';

/** A reduction over axes, given as an input or an attribute; over all where there are none, unless the node says otherwise. */
export function reduction(of: (x: tf.Tensor, axes: number[], keeps: boolean) => tf.Tensor): Operator {
  return {
    through: [0],
    writes: ({ layoutOf, outputRank, node }: Placing) =>
      outputRank === 4 && node.int('keepdims', 1) === 1 ? layoutOf(0) : 'first',
    prepare(use) {
      const rank = use.rank(0);
      const axes = axesOf(use, rank);
      const keeps = use.node.int('keepdims', 1) === 1;
      if (axes === undefined) return (read) => read(0);
      return (read) =>
        of(
          read(0),
          axes.map((axis) => axisIn(use.layout, axis, rank)).sort((a, b) => a - b),
          keeps,
        );
    },
  };
}

/** Undefined where nothing is reduced. */
function axesOf(use: OperatorUse, rank: number): readonly number[] | undefined {
  const given = use.has(1) ? use.numbers(1) : (use.node.ints('axes') ?? []);
  // An axis named twice is reduced once, as ONNX Runtime does.
  if (given.length > 0) return [...new Set(given.map((axis) => (axis < 0 ? axis + rank : axis)))];
  if (use.node.int('noop_with_empty_axes', 0) === 1) return undefined;
  return Array.from({ length: rank }, (_, axis) => axis);
}
