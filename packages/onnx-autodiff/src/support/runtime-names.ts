import { TensorProtoSchema } from 'onnx-buf';
import { copyWith } from '../copy-with.ts';
import type { Graph } from '../graph.ts';

/** What ONNX Runtime (1.30, 1.32) calls the shapes that it adds where it fuses MatMul with Add, whether or not there is one of that name. */
const added = ['gemm_input_shape', 'gemm_output_shape'];

/**
 * The same model with other names for constants that ONNX Runtime left in it when it wrote the file optimised: where a gradient adds a product and a sum,
 * it would add the same names again and refuse the graph.
 */
export function withoutRuntimeNames(graph: Graph): Graph {
  const captured = new Set(graph.nodes.flatMap(({ captures }) => captures));
  const names = new Map(
    added.filter((name) => graph.initializers.has(name) && !captured.has(name)).map((name) => [name, `${name}.file`]),
  );
  if (names.size === 0) return graph;
  const nameOf = (name: string) => names.get(name) ?? name;
  return graph.with({
    nodes: graph.nodes.map((node) =>
      node.inputs.some((name) => names.has(name)) ? node.with({ inputs: node.inputs.map(nameOf) }) : node,
    ),
    initializers: new Map(
      [...graph.initializers].map(([name, initializer]) => {
        const other = names.get(name);
        return other === undefined
          ? [name, initializer]
          : [other, { proto: copyWith(TensorProtoSchema, initializer.proto, { name: other }) }];
      }),
    ),
  });
}
