import { seededRandom, type SeededRandom } from '@understory/core';
import { writeTensor, type Constant, type Graph } from '@understory/onnx-autodiff';
import type { NetworkWeights } from '../network.ts';
import { dtypeOf } from './support/dtype.ts';

/** Operators whose constants are learned weights; one that something else reads may be a mean of pixels or a mask. */
const readers = new Set(['Conv', 'ConvTranspose', 'Gemm', 'MatMul', 'Einsum', 'Gather']);

/** What exporters put between a weight and the operator that reads it. */
const between = new Set(['Identity', 'Transpose', 'Cast', 'Reshape', 'Squeeze', 'Unsqueeze']);

/** Every node that reads learned weights, by its first output, with the names of those: float constants of rank 2 or more. */
export function weightedLayers(graph: Graph): readonly NetworkWeights[] {
  return graph.nodes.flatMap(({ operator, inputs, outputs }) => {
    const [layer] = outputs;
    if (!readers.has(operator) || layer === undefined) return [];
    const weights = inputs.flatMap((name) => {
      const source = name === '' ? undefined : sourceOf(graph, name);
      const constant = source === undefined ? undefined : graph.constant(source);
      const isWeight = constant && dtypeOf(constant.type) === 'float32' && constant.dims.length >= 2;
      return isWeight && constant.values.length > 1 ? [source!] : [];
    });
    return weights.length > 0 ? [{ layer, weights }] : [];
  });
}

/** The graph with some weights drawn from the normal distribution with their own mean and deviation, by seed and name. */
export function redrawn(graph: Graph, weights: readonly string[], seed: number): Graph {
  const random = seededRandom(seed);
  const initializers = new Map(graph.initializers);
  for (const name of weights) {
    initializers.set(name, { proto: writeTensor(name, draw(graph.constant(name)!, random.fork(name))) });
  }
  // A weight may be a Constant node, which would compute the same name again.
  const nodes = graph.nodes.filter(({ outputs }) => !outputs.some((name) => weights.includes(name)));
  return graph.with({ initializers, nodes });
}

function sourceOf(graph: Graph, name: string): string | undefined {
  const at = graph.producerOf(name);
  const node = at === undefined ? undefined : graph.nodes[at]!;
  if (node === undefined || node.operator === 'Constant') return name;
  return between.has(node.operator) && node.inputs[0] ? sourceOf(graph, node.inputs[0]) : undefined;
}

function draw({ type, dims, values }: Constant, random: SeededRandom): Constant {
  const numbers = Float64Array.from(values);
  const mean = numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
  const deviation = Math.sqrt(numbers.reduce((sum, value) => sum + (value - mean) ** 2, 0) / numbers.length);
  return { type, dims, values: numbers.map(() => mean + deviation * random.normal()) };
}
