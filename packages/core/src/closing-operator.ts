import type { ClosingOperator } from './class-scores.ts';
import type { GraphNode, GraphView } from './contracts/graph.ts';
import type { Model } from './contracts/model.ts';

const closingOperators: readonly ClosingOperator[] = ['Softmax', 'LogSoftmax', 'Sigmoid'];

export function closingOperatorOf(node: GraphNode | undefined): ClosingOperator | undefined {
  return closingOperators.find((operator) => operator === node?.operator);
}

/** What the model makes of a tensor where its outcome is an output. */
export function operatorBehind({ graph, outputs }: Model, name: string): ClosingOperator | undefined {
  for (const output of outputs) {
    const closing = closingNode(graph, output.name);
    const source = closing?.inputs[0];
    const operator = closingOperatorOf(closing);
    if (operator !== undefined && source !== undefined && isSame(graph, source, name)) return operator;
  }
  return undefined;
}

/** Those of quantised networks keep values up to their rounding. */
const keepsValues = new Set([
  ...['Identity', 'Cast', 'Reshape', 'Flatten', 'Squeeze', 'Unsqueeze', 'Dropout'],
  ...['QuantizeLinear', 'DequantizeLinear'],
]);

/** The node that a tensor is the result of, up to its shape and type. */
export function closingNode(graph: GraphView | undefined, name: string): GraphNode | undefined {
  let producer: GraphNode | undefined;
  for (const node of nodesBehind(graph, name)) producer = node;
  // What is handed on from an input has no node.
  return producer !== undefined && sourceOf(producer) === undefined ? producer : undefined;
}

/** The node that computes a tensor and those that it is handed on from, the nearest first. */
function* nodesBehind(graph: GraphView | undefined, name: string): Generator<GraphNode> {
  const seen = new Set<GraphNode>();
  for (let at: string | undefined = name; at !== undefined;) {
    const source: string = at;
    const producer = graph?.nodes.findLast((node) => node.outputs.includes(source));
    if (producer === undefined || seen.has(producer)) return;
    seen.add(producer);
    yield producer;
    at = sourceOf(producer);
  }
}

/** Whether a tensor is another one, up to its shape and type. */
function isSame(graph: GraphView | undefined, name: string, other: string): boolean {
  if (name === other) return true;
  for (const node of nodesBehind(graph, name)) if (sourceOf(node) === other) return true;
  return false;
}

/** What a node hands on as it is, but for its shape and type. */
function sourceOf(node: GraphNode | undefined): string | undefined {
  return node !== undefined && keepsValues.has(node.operator) ? node.inputs[0] : undefined;
}

/** Whether a tensor could be a softmax: the graph says so, or there is no graph to ask. */
export function mayBeSoftmax(graph: GraphView | undefined, name: string): boolean {
  return graph === undefined || closingNode(graph, name)?.operator === 'Softmax';
}
