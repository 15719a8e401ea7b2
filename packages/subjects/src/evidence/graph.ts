import type { GraphNode, GraphView } from '@understory/core';

/** What computes each tensor of a graph. */
export type Producers = ReadonlyMap<string, GraphNode>;

const known = new WeakMap<GraphView, Producers>();

export function producersOf(graph: GraphView): Producers {
  const before = known.get(graph);
  if (before !== undefined) return before;
  const producers = new Map(graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  known.set(graph, producers);
  return producers;
}

/** The nodes that a tensor depends on, itself computed by the first of them. */
export function nodesBehind(graph: GraphView, name: string): ReadonlySet<GraphNode> {
  const producers = producersOf(graph);
  const found = new Set<GraphNode>();
  const waiting = [name];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const node = producers.get(next);
    if (node === undefined || found.has(node)) continue;
    found.add(node);
    for (const input of node.inputs) waiting.push(input);
  }
  return found;
}

/** Whether a tensor is computed from weights and constants alone. */
export function isConstant(graph: GraphView, name: string): boolean {
  return graph.constant(name) !== undefined || producersOf(graph).get(name)?.operator === 'Constant';
}

/** Operators that change the form of numbers, not what they say; those of quantised networks round them. */
const reshapes = new Set([
  ...['Identity', 'Cast', 'Reshape', 'Flatten', 'Squeeze', 'Unsqueeze', 'Dropout'],
  ...['QuantizeLinear', 'DequantizeLinear'],
]);

/** A tensor followed back through what only changes its form. */
export function originOf(graph: GraphView, name: string): string {
  const producers = producersOf(graph);
  let at = name;
  for (let node = producers.get(at); node !== undefined && reshapes.has(node.operator); node = producers.get(at)) {
    at = node.inputs[0]!;
  }
  return at;
}

/** The node that a tensor is the result of, up to its form. */
export function makerOf(graph: GraphView, name: string): GraphNode | undefined {
  return producersOf(graph).get(originOf(graph, name));
}
