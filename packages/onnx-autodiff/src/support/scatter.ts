import type { GraphBuilder } from '../builder.ts';
import { writeTensor } from '../tensor.ts';
import { staticShape, type Value } from '../types.ts';

/** A tensor shaped as `like`, of zeros, to which `updates` are added at `places`, counted through the whole tensor in row-major order. */
export function scatterAdd(graph: GraphBuilder, like: Value, places: Value, updates: Value): Value {
  const known = staticShape(like.shape);
  const count = known
    ? graph.ints([known.reduce((total, size) => total * size, 1)])
    : graph.reshape(graph.op('Size', [like]), [1]);
  // There is no kernel that adds in half precision.
  const type = updates.type ?? like.type ?? 'float32';
  const adding = type === 'float64' ? type : 'float32';
  const zeros = graph.op('ConstantOfShape', [count], {
    value: { tensor: writeTensor('', { type: adding, dims: [1], values: [0] }) },
  });
  const addends = graph.cast(graph.reshape(updates, [-1]), adding);
  const flat = graph.op('ScatterElements', [zeros, graph.reshape(places, [-1]), addends], {
    axis: 0,
    reduction: 'add',
  });
  return graph.withShape(graph.cast(graph.reshape(flat, graph.shapeOf(like)), type), like);
}
