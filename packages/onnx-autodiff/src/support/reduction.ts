import type { GradientContext } from '../gradient-rule.ts';
import { writeTensor } from '../tensor.ts';
import type { Value } from '../types.ts';

/** A tensor shaped as a reduction's output, with the reduced axes as 1, so that it broadcasts against the input. */
export function alignReduced({ node, inputs: [x, axesInput], graph }: GradientContext, value: Value): Value {
  // A reduction of everything leaves a scalar, which broadcasts as it is.
  if (node.int('keepdims', 1) === 1 || !axesInput) return value;
  const axes = graph.numbers(axesInput);
  if (axes) return graph.unsqueeze(value, axes);
  const ones = graph.op('ConstantOfShape', [graph.op('Shape', [axesInput])], {
    value: { tensor: writeTensor('', { type: 'int64', dims: [1], values: [1] }) },
  });
  return graph.reshape(value, graph.op('ScatterElements', [graph.shapeOf(x!), axesInput, ones], { axis: 0 }));
}

/** The same axes of another tensor summed, kept as 1. */
export function sumAlike({ node, inputs: [, axesInput], graph }: GradientContext, value: Value): Value {
  return graph.op('ReduceSum', [value, axesInput], {
    keepdims: 1,
    noop_with_empty_axes: node.int('noop_with_empty_axes', 0),
  });
}

/** The gradient of a maximum or minimum: every element that attains it has an equal share. */
export function shareOfExtremum(context: GradientContext): Value {
  const {
    inputs: [x],
    outputs: [y],
    gradients: [dy],
    graph,
  } = context;
  const attains = graph.op('Equal', [x, alignReduced(context, y!)]);
  const count = sumAlike(context, graph.cast(attains, dy!.type ?? 'float32'));
  return graph.where(attains, graph.div(alignReduced(context, dy!), count), graph.scalarLike(dy!, 0));
}
