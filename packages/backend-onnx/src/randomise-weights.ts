import { seededRandom, type SeededRandom } from '@understory/core';
import { writeTensor, type Constant, type Graph, type Node } from '@understory/onnx-autodiff';
import { errors } from './errors.ts';

/** Operators whose constants are learned weights; a constant that something else reads may be a mean of pixels or a mask. */
const weighted = new Set(['Conv', 'ConvTranspose', 'Gemm', 'MatMul', 'Einsum', 'Gather', 'LSTM', 'GRU', 'RNN']);

/** What exporters put between a weight and the operator that reads it. */
const passesWeights = new Set(['Identity', 'Transpose', 'Cast', 'Reshape', 'Squeeze', 'Unsqueeze']);

const floatTypes = new Set(['float32', 'float64', 'float16', 'bfloat16']);

/** The first output of every node that reads learned weights, in execution order. */
export function weightedLayers(graph: Graph): readonly string[] {
  return graph.nodes
    .filter((node) => weighted.has(node.operator) && weightsOf(graph, node).length > 0)
    .map((node) => node.outputs[0]!);
}

/**
 * The graph with every weight that the nodes of `layers` read drawn from the normal distribution with its own mean and deviation.
 * A draw depends on the seed and the weight's name only. Weights are float constants of rank 2 or more: biases and batch
 * normalisations stay. Throws LAYER_WITHOUT_WEIGHTS.
 */
export function randomiseWeights(graph: Graph, layers: readonly string[], seed: number): Graph {
  const names = layers.flatMap((layer) => {
    const at = graph.producerOf(layer);
    const weights = at === undefined ? [] : weightsOf(graph, graph.nodes[at]!);
    if (weights.length === 0) throw errors.layerWithoutWeights(layer);
    return weights;
  });
  const drawn = new Set(names);
  const random = seededRandom(seed);
  const initializers = new Map(graph.initializers);
  for (const name of drawn) {
    initializers.set(name, { proto: writeTensor(name, draw(graph.constant(name)!, random.fork(name))) });
  }
  // A weight may be a Constant node, which would compute the same name again.
  const nodes = graph.nodes.filter(({ outputs }) => !outputs.some((name) => drawn.has(name)));
  return graph.with({ initializers, nodes });
}

/** The names of the weights behind the inputs of a node. */
function weightsOf(graph: Graph, node: Node): readonly string[] {
  return node.inputs.filter(Boolean).flatMap((input) => {
    const name = behind(graph, input);
    const constant = name === undefined ? undefined : graph.constant(name);
    return name !== undefined && constant && isWeight(constant) ? [name] : [];
  });
}

function behind(graph: Graph, name: string): string | undefined {
  const at = graph.producerOf(name);
  const node = at === undefined ? undefined : graph.nodes[at];
  if (node === undefined || node.operator === 'Constant') return name;
  return passesWeights.has(node.operator) && node.inputs[0] ? behind(graph, node.inputs[0]) : undefined;
}

function isWeight({ type, dims, values }: Constant): boolean {
  return floatTypes.has(type) && dims.length >= 2 && values.length > 1;
}

function draw({ type, dims, values }: Constant, random: SeededRandom): Constant {
  const numbers = Float64Array.from(values);
  const mean = numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
  const deviation = Math.sqrt(numbers.reduce((sum, value) => sum + (value - mean) ** 2, 0) / numbers.length);
  return { type, dims, values: numbers.map(() => mean + deviation * random.normal()) };
}
