import { errors } from './errors.ts';
import type { Graph } from './graph.ts';
import type { Value } from './types.ts';

/**
 * The same model cut at some computed tensors, which become inputs under their names; what only they needed is left out when it is encoded.
 * Throws GRADIENT_UNKNOWN_TENSOR for what no node computes.
 */
export function feedFrom(graph: Graph, tensors: readonly Value[]): Graph {
  const cut = new Set(tensors.map(({ name }) => name));
  for (const name of cut) if (graph.producerOf(name) === undefined) throw errors.unknownTensor(name, []);
  const fresh = (name: string) => {
    let other = `${name}.computed`;
    while (graph.isDefined(other)) other += '_';
    return other;
  };
  return graph.with({
    // An operator with several outputs may still be needed for the others.
    nodes: graph.nodes.map((node) =>
      node.outputs.some((name) => cut.has(name))
        ? node.with({ outputs: node.outputs.map((name) => (cut.has(name) ? fresh(name) : name)) })
        : node,
    ),
    inputs: [...graph.inputs, ...tensors],
  });
}
