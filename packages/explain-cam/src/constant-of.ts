import { toFloat32 } from '@understory/core';
import type { GraphNode, GraphView } from '@understory/core';

/** A weight as numbers. */
export interface Weight {
  readonly dims: readonly number[];
  readonly data: ArrayLike<number>;
}

/** The value of a tensor that does not depend on the inputs, also where exporters leave a transposed or cast weight to the runtime; undefined otherwise. */
export function constantOf(graph: GraphView, name: string | undefined): Weight | undefined {
  let turns = 0;
  const seen = new Set<string>();
  for (let at = name; at !== undefined && at !== '' && !seen.has(at);) {
    seen.add(at);
    const constant = graph.constant(at);
    if (constant !== undefined) {
      const weight = { dims: constant.dims, data: toFloat32(constant) };
      if (turns > 0 && weight.dims.length !== 2) return undefined;
      return turns % 2 === 1 ? transposed(weight) : weight;
    }
    const node = producerOf(graph, at);
    if (node === undefined || !['Identity', 'Cast', 'Transpose'].includes(node.operator)) return undefined;
    if (node.operator === 'Transpose') turns += 1;
    at = node.inputs[0];
  }
  return undefined;
}

/** The numbers of an attribute or, as newer opsets have it, of a constant input. */
export function integersOf(
  graph: GraphView,
  node: GraphNode,
  attribute: string,
  input: number,
): readonly number[] | undefined {
  const own = node.attributes[attribute];
  if (Array.isArray(own)) return own.map(Number);
  const given = constantOf(graph, node.inputs[input]);
  return given && Array.from(given.data);
}

export function producerOf(graph: GraphView, name: string): GraphNode | undefined {
  return graph.nodes.find(({ outputs }) => outputs.includes(name));
}

function transposed({ dims: [rows = 0, columns = 0], data }: Weight): Weight {
  return {
    dims: [columns, rows],
    data: Float32Array.from(
      { length: rows * columns },
      (_, at) => data[(at % rows) * columns + Math.floor(at / rows)]!,
    ),
  };
}
