import type { GraphBuilder } from '../builder.ts';
import type { Dim, Value } from '../types.ts';

/** Sizes to put together to a shape: numbers as they are (0 and -1 mean what they mean to Reshape), or some axes of a tensor. */
export type ShapePart = number | readonly [of: Value, axes: readonly number[]];

/** An int64 vector of sizes: a constant where all of them are known ahead. */
export function shapeVector(graph: GraphBuilder, parts: readonly ShapePart[]): Value {
  const known = parts.flatMap((part): readonly (Dim | undefined)[] =>
    typeof part === 'number' ? [part] : part[1].map((axis) => part[0].shape?.[axis]),
  );
  if (known.every((dim) => typeof dim === 'number')) return graph.ints(known);
  const vectors: Value[] = [];
  let numbers: number[] = [];
  const flush = () => {
    if (numbers.length > 0) vectors.push(graph.ints(numbers));
    numbers = [];
  };
  for (const part of parts) {
    if (typeof part === 'number') {
      numbers.push(part);
      continue;
    }
    const sizes = part[1].map((axis) => part[0].shape?.[axis]);
    if (sizes.every((size) => typeof size === 'number')) {
      for (const size of sizes) numbers.push(size);
    } else {
      flush();
      vectors.push(graph.sizes(part[0], part[1]));
    }
  }
  flush();
  return graph.concat(vectors, 0);
}

export function reshapeTo(graph: GraphBuilder, a: Value, parts: readonly ShapePart[]): Value {
  return graph.reshape(a, shapeVector(graph, parts));
}

/** The product of the sizes of some axes, as a number where it is known ahead, otherwise as an int64 vector of one element. */
function countOf(graph: GraphBuilder, a: Value, axes: readonly number[]): number | Value {
  const known = axes.map((axis) => a.shape?.[axis]);
  if (known.every((dim) => typeof dim === 'number'))
    return known.reduce<number>((total, dim) => total * (dim as number), 1);
  return graph.op('ReduceProd', [graph.sizes(a, axes), graph.ints([0])], { keepdims: 1 });
}

/** A tensor divided by the product of the sizes of some axes of another one. */
export function divideByCount(graph: GraphBuilder, a: Value, of: Value, axes: readonly number[]): Value {
  const count = countOf(graph, of, axes);
  return typeof count === 'number' ? graph.scale(a, 1 / count) : graph.div(a, graph.cast(count, a.type ?? 'float32'));
}
