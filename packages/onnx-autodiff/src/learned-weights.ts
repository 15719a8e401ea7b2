import type { Graph } from './graph.ts';
import type { Node } from './node.ts';
import { writeTensor, type Constant } from './tensor.ts';

/** Operators whose constants are learned weights; a constant that something else reads may be a mean of pixels or a mask. */
const readers = new Set(['Conv', 'ConvTranspose', 'Gemm', 'MatMul', 'Einsum', 'Gather', 'LSTM', 'GRU', 'RNN']);

/** What exporters put between a weight and the operator that reads it. */
const between = new Set(['Identity', 'Transpose', 'Cast', 'Reshape', 'Squeeze', 'Unsqueeze']);

const floatTypes = new Set(['float32', 'float64', 'float16', 'bfloat16']);

/** A node that reads learned weights. */
export interface WeightedLayer {
  /** Its first output. */
  readonly layer: string;
  /** The names of the constants: floats of rank 2 or more, so no biases and no batch normalisations. */
  readonly weights: readonly string[];
}

/** Every node that reads learned weights, in execution order. */
export function weightedLayers(graph: Graph): readonly WeightedLayer[] {
  return graph.nodes.flatMap((node) => {
    const [layer] = node.outputs;
    const weights = weightsOf(graph, node).map(({ name }) => name);
    return layer !== undefined && weights.length > 0 ? [{ layer, weights }] : [];
  });
}

/**
 * The graph with the weights that some layers read replaced by what `draw` makes of their values. `draw` sees and returns
 * them in the order of convolutions, what is computed first: a matrix that is multiplied from the right is turned over for it.
 */
export function redrawWeights(
  graph: Graph,
  layers: readonly string[],
  draw: (values: ArrayLike<number>) => ArrayLike<number>,
): Graph {
  const read = new Map(
    graph.nodes
      .filter(({ outputs: [layer] }) => layer !== undefined && layers.includes(layer))
      .flatMap((node) => weightsOf(graph, node))
      .map((weight) => [weight.name, weight]),
  );
  const initializers = new Map(graph.initializers);
  for (const { name, constant, isTurned } of read.values()) {
    const { type, dims, values } = constant;
    const drawn = isTurned ? turned(draw(turned(values, dims)), dims.toReversed()) : draw(values);
    initializers.set(name, { proto: writeTensor(name, { type, dims, values: drawn }) });
  }
  // A weight may be a Constant node, which would compute the same name again.
  const nodes = graph.nodes.filter(({ outputs }) => !outputs.some((name) => read.has(name)));
  return graph.with({ initializers, nodes });
}

interface Weight {
  readonly name: string;
  readonly constant: Constant;
  /** Whether it is `[in, out]`, which matrices of products are and kernels of convolutions are not. */
  readonly isTurned: boolean;
}

function weightsOf(graph: Graph, node: Node): readonly Weight[] {
  if (!readers.has(node.operator)) return [];
  return node.inputs.flatMap((input, place) => {
    const found = input === '' ? undefined : behind(graph, input);
    const constant = found && graph.constant(found.name);
    const isWeight =
      constant && floatTypes.has(constant.type) && constant.dims.length >= 2 && constant.values.length > 1;
    if (!isWeight) return [];
    const isProduct =
      place === 1 && (node.operator === 'MatMul' || (node.operator === 'Gemm' && node.int('transB', 0) === 0));
    return [{ name: found.name, constant, isTurned: isProduct && !found.isTransposed && constant.dims.length === 2 }];
  });
}

function behind(graph: Graph, name: string): { readonly name: string; readonly isTransposed: boolean } | undefined {
  let isTransposed = false;
  for (let source: string | undefined = name; source;) {
    const at = graph.producerOf(source);
    const node = at === undefined ? undefined : graph.nodes[at];
    if (node === undefined || node.operator === 'Constant') return { name: source, isTransposed };
    if (!between.has(node.operator)) return undefined;
    if (node.operator === 'Transpose') isTransposed = !isTransposed;
    source = node.inputs[0];
  }
  return undefined;
}

/** The elements of a matrix column by column. */
function turned(values: ArrayLike<number>, [rows = 0, columns = 0]: readonly number[]): Float64Array {
  return Float64Array.from(values, (_, at) => values[(at % rows) * columns + Math.floor(at / rows)]!);
}
