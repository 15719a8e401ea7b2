import { GraphBuilder } from '../builder.ts';
import type { Graph, Initializer } from '../graph.ts';
import type { Node } from '../node.ts';
import { range } from '../range.ts';
import type { Inference } from '../shapes/inference.ts';

/**
 * The same model with batch normalisations in training mode taken apart into means and variances of what they are given: ONNX Runtime
 * writes the running statistics into its own weights with every run. One whose running statistics are read, or whose input has an
 * unknown rank, stays.
 */
export function ownStatistics(graph: Graph, inference: Inference): Graph {
  const isTraining = (node: Node) =>
    node.domain === '' && node.operator === 'BatchNormalization' && node.int('training_mode', 0) !== 0;
  if (!graph.nodes.some(isTraining)) return graph;
  const read = new Set([
    ...graph.outputs.map(({ name }) => name),
    ...graph.nodes.flatMap(({ inputs, captures }) => [...inputs, ...captures]),
  ]);
  const builder = new GraphBuilder(graph, inference);
  const nodes: Node[] = [];
  for (const node of graph.nodes) {
    const isApart = isTraining(node) && !node.outputs.slice(1).some((name) => read.has(name));
    builder.within(node.name);
    nodes.push(isApart ? (takenApart(node, builder, (before) => nodes.push(before)) ?? node) : node);
  }
  if (builder.nodes.length === 0) return graph;
  const initializers = new Map<string, Initializer>([...graph.initializers, ...builder.initializers]);
  return graph.with({ nodes, initializers });
}

/** (x - mean) / sqrt(variance + epsilon) * scale + bias, the variance being that of the batch as a population. */
function takenApart(node: Node, graph: GraphBuilder, push: (before: Node) => void): Node | undefined {
  const [data, scale, bias] = node.inputs.map((name) => graph.value(name));
  const rank = data?.shape?.length;
  if (rank === undefined || rank < 2 || !scale || !bias) return undefined;
  const start = graph.nodes.length;
  const axes = graph.ints([0, ...range(2, rank)]);
  const type = scale.type ?? data!.type ?? 'float32';
  const x = graph.cast(data!, type);
  const perChannel = (value: typeof scale) => graph.reshape(value, [-1, ...range(2, rank).map(() => 1)]);
  const centred = graph.sub(x, graph.op('ReduceMean', [x, axes]));
  const variance = graph.op('ReduceMean', [graph.mul(centred, centred), axes]);
  const deviation = graph.op('Sqrt', [graph.add(variance, graph.scalarLike(variance, node.float('epsilon', 1e-5)))]);
  const scaled = graph.mul(graph.div(centred, deviation), perChannel(scale));
  const result = graph.cast(graph.add(scaled, perChannel(bias)), data!.type ?? type);
  for (const before of graph.nodes.slice(start)) push(before);
  return node.with({
    operator: 'Identity',
    inputs: [result.name],
    outputs: [node.outputs[0]!],
    attributes: none(node),
  });
}

function none(node: Node): Record<string, undefined> {
  return Object.fromEntries(node.proto.attribute.map(({ name }) => [name, undefined]));
}
