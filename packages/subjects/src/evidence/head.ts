import type { AttributeValue, Dimension, GraphNode, GraphView, Model, Tensor } from '@understory/core';
import { toFloat32 } from '@understory/core';
import { isConstant, makerOf, originOf, producersOf } from './graph.ts';

/** How the numbers of an output come about. */
export interface Head {
  /** How the whole picture came together in one vector, for a person; undefined where no pooling is found. */
  readonly pooling: string | undefined;
  /** Whether a dense layer, or a 1x1 convolution, stands between the pooled vector and the output. */
  readonly isDense: boolean;
  /** Whether a 1x1 convolution is what is pooled, with no dense layer behind: maps of classes, or features. */
  readonly isOfMaps: boolean;
  /** The normalisation that the output is the result of, if any. */
  readonly endsWith: 'BatchNormalization' | 'LayerNormalization' | undefined;
}

const none: Head = { pooling: undefined, isDense: false, isOfMaps: false, endsWith: undefined };

const dense = new Set(['Gemm', 'MatMul', 'QLinearMatMul', 'QGemm', 'FusedGemm', 'FusedMatMul']);
const convolutions = new Set(['Conv', 'QLinearConv', 'FusedConv']);
const globalPoolings = new Set(['GlobalAveragePool', 'GlobalMaxPool', 'GlobalLpPool', 'QLinearGlobalAveragePool']);
const windowPoolings = new Set(['AveragePool', 'MaxPool', 'LpPool', 'QLinearAveragePool']);
const reductions = new Set(['ReduceMean', 'ReduceMax', 'QLinearReduceMean']);
const withOther = new Set(['Add', 'Sub', 'Mul', 'Div', 'QLinearAdd', 'QLinearMul', 'Max', 'Min']);
/** What stands within a head and is followed back through its first input. */
const passed = new Set([
  ...['Relu', 'LeakyRelu', 'PRelu', 'Elu', 'Selu', 'Celu', 'Gelu', 'FastGelu', 'HardSwish', 'HardSigmoid', 'Sigmoid'],
  ...['Tanh', 'Softplus', 'Mish', 'Clip', 'Softmax', 'LogSoftmax', 'BatchNormalization', 'LayerNormalization'],
  ...['InstanceNormalization', 'LpNormalization', 'Concat', 'Transpose', 'QuickGelu', 'BiasGelu', 'Neg'],
]);

const classToken = 'the class token';

/** Longer heads are not followed to their end. */
const mostSteps = 64;

/** Follows an output back to the pooling that its numbers come from. */
export function headOf({ graph, layers, outputs }: Model, name: string): Head {
  if (graph === undefined) return none;
  const dims = (tensor: string) => [...layers, ...outputs].find((each) => each.name === tensor)?.dims;
  const first = makerOf(graph, name)?.operator;
  const endsWith = first === 'BatchNormalization' || first === 'LayerNormalization' ? first : undefined;
  let isDense = false;
  let at = originOf(graph, name);
  for (let step = 0; step < mostSteps; step += 1) {
    const node = producersOf(graph).get(at);
    if (node === undefined) break;
    const pooling = poolingOf(node, graph, dims);
    if (pooling !== undefined) {
      const isHead = isDense || (pooling === classToken && isOfDense(graph, node));
      return { pooling, isDense: isHead, isOfMaps: !isHead && isOfMaps(graph, node), endsWith };
    }
    if (dense.has(node.operator) && node.inputs.some((input) => isConstant(graph, originOf(graph, input)))) {
      isDense = true;
    } else if (convolutions.has(node.operator)) {
      // Behind the pooling it is dense; elsewhere what is pooled has not been met.
      if (!isPointwise(node, graph) || !isOnePlace(dims(node.outputs[0]!))) break;
      isDense = true;
    } else if (!withOther.has(node.operator) && !passed.has(node.operator)) break;
    const [one = '', other = ''] = node.inputs;
    at = originOf(graph, withOther.has(node.operator) && isConstant(graph, one) ? other : one);
  }
  return { ...none, isDense, endsWith };
}

function poolingOf(
  node: GraphNode,
  graph: GraphView,
  dims: (tensor: string) => readonly Dimension[] | undefined,
): string | undefined {
  const { operator, inputs, outputs, attributes } = node;
  if (globalPoolings.has(operator)) return operator.includes('Max') ? 'global max pooling' : 'global average pooling';
  if (windowPoolings.has(operator)) return isOnePlace(dims(outputs[0]!)) ? 'pooling of the whole map' : undefined;
  const rank = dims(inputs[0]!)?.length;
  if (reductions.has(operator)) {
    const axes = axesOf(attributes['axes']) ?? axesOf(inputs[1] ? graph.constant(inputs[1]) : undefined) ?? [];
    const places = axes.map((axis) => (axis < 0 ? axis + (rank ?? (axes.length === 2 ? 4 : 3)) : axis)).sort();
    const isSpace = places.join() === '2,3' || places.join() === '1,2' || (rank === 3 && places.join() === '1');
    return isSpace ? (operator.includes('Max') ? 'the maximum over space' : 'the mean over space') : undefined;
  }
  const isToken =
    (operator === 'Gather' &&
      attributes['axis'] === 1 &&
      isIndexOfOne(inputs[1] ? graph.constant(inputs[1]) : undefined)) ||
    (operator === 'Slice' && rank === 3 && dims(outputs[0]!)?.[1] === 1);
  return isToken && (rank === undefined || rank === 3) ? classToken : undefined;
}

/** Whether the token that is taken comes from a dense layer over all of them. */
function isOfDense(graph: GraphView, token: GraphNode): boolean {
  const isOfWeights = ({ inputs }: GraphNode) => inputs.some((input) => isConstant(graph, originOf(graph, input)));
  let node = makerOf(graph, token.inputs[0]!);
  if (node?.operator === 'Add' && isOfWeights(node)) {
    const [one = '', other = ''] = node.inputs;
    node = makerOf(graph, isConstant(graph, one) ? other : one);
  }
  return node !== undefined && dense.has(node.operator) && isOfWeights(node);
}

/** Whether what a pooling reads is a 1x1 convolution, but for activations. */
function isOfMaps(graph: GraphView, pooling: GraphNode): boolean {
  let node = makerOf(graph, pooling.inputs[0]!);
  while (node?.operator === 'Relu' || node?.operator === 'Clip') node = makerOf(graph, node.inputs[0]!);
  return node !== undefined && convolutions.has(node.operator) && isPointwise(node, graph);
}

function isPointwise({ attributes, inputs }: GraphNode, graph: GraphView): boolean {
  const declared = axesOf(attributes['kernel_shape']);
  const weights = inputs.slice(1).map((input) => graph.constant(originOf(graph, input)));
  const kernel = declared ?? weights.find((weight) => (weight?.dims.length ?? 0) > 2)?.dims.slice(2);
  return kernel !== undefined && kernel.every((size) => size === 1);
}

function isOnePlace(dims: readonly Dimension[] | undefined): boolean {
  if (dims?.length !== 4) return false;
  return dims.slice(2).every((dim) => dim === 1) || dims.slice(1, 3).every((dim) => dim === 1);
}

function axesOf(value: AttributeValue | Tensor | undefined): readonly number[] | undefined {
  if (typeof value === 'number') return [value];
  if (typeof value !== 'object') return undefined;
  if ('dims' in value) return Array.from(toFloat32(value));
  return value.every((each) => typeof each === 'number') ? value : undefined;
}

/** One index, which takes one token out of many. */
function isIndexOfOne(index: Tensor | undefined): boolean {
  return index !== undefined && index.data.length === 1;
}

/** Fewer numbers than features have: maps that are pooled into so many are of classes. */
const fewest = 64;

/** Whether a picture's maps are pooled into so few numbers that each is the score of something. */
export function isFewMaps({ pooling, isDense, endsWith }: Head, count: number | undefined): boolean {
  return (
    pooling !== undefined && !isDense && endsWith === undefined && count !== undefined && count > 1 && count < fewest
  );
}
