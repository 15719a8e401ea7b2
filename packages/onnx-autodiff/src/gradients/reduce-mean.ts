import type { GradientContext, GradientRule } from '../gradient-rule.ts';
import { normaliseAxis } from '../shapes/dims.ts';
import { alignReduced } from '../support/reduction.ts';
import type { Value } from '../types.ts';

export const reduceMean: GradientRule = {
  operator: 'ReduceMean',
  opsets: [7, 26],
  covers: 'Axes given, computed or left out; keepdims; noop_with_empty_axes.',
  inputs: [0],
  gradient(context) {
    const {
      inputs: [x],
      gradients: [dy],
      graph,
    } = context;
    return { 0: () => graph.expandLike(alignReduced(context, share(context, dy!)), x!) };
  },
};

/** The gradient divided by the number of elements that each mean is over. */
function share({ node, inputs: [x, axesInput], outputs: [y], graph }: GradientContext, dy: Value): Value {
  const axes = axesInput ? graph.numbers(axesInput) : [];
  const { shape } = x!;
  if (axes && shape) {
    if (axes.length === 0 && node.int('noop_with_empty_axes', 0) === 1) return dy;
    const sizes = axes.length === 0 ? shape : axes.map((axis) => shape[normaliseAxis(axis, shape.length)]!);
    if (sizes.every((size) => typeof size === 'number')) {
      return graph.scale(dy, 1 / sizes.reduce((count, size) => count * size, 1));
    }
  }
  // Counted in float32, where sizes beyond what half precision holds have no place.
  const count = (value: Value) => graph.cast(graph.op('Size', [value]), 'float32');
  const part = graph.div(count(y!), count(x!));
  return graph.mul(dy, graph.cast(part, dy.type ?? 'float32'));
}
