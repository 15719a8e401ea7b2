import type { GraphNode, GraphView } from '@understory/core';
import { constantOf } from './constant-of.ts';
import type { Weight } from './constant-of.ts';

/** How a weighted sum of a step's outputs is one of its inputs: `weights . output = result.weights . input + result.constant`. */
export type Pull = (weights: Float64Array) => { readonly weights: Float64Array; readonly constant: number };

/** An affine operation on the vector of one sample. */
export interface AffineStep {
  /** The tensor that it works on. */
  readonly input: string;
  readonly pull: Pull;
}

/** The affine operation of a node, or undefined where it is none that can be followed. */
export function affineStepOf(graph: GraphView, node: GraphNode): AffineStep | undefined {
  const [input = ''] = node.inputs;
  switch (node.operator) {
    case 'Identity':
    case 'Dropout':
    case 'Cast':
    case 'Reshape':
    case 'Flatten':
    case 'Squeeze':
    case 'Unsqueeze':
    case 'Transpose':
      // The head's vector has one axis that is longer than 1, so none of these changes the order of its elements.
      return { input, pull: (weights) => ({ weights, constant: 0 }) };
    case 'Gemm':
      return gemm(graph, node);
    case 'MatMul': {
      const matrix = constantOf(graph, node.inputs[1]);
      return matrix?.dims.length === 2 ? { input, pull: linear(matrix, false) } : undefined;
    }
    case 'Conv':
      return pointwise(graph, node);
    case 'BatchNormalization':
      return batchNormalization(graph, node);
    case 'Add':
    case 'Sub':
    case 'Mul':
    case 'Div':
      return elementwise(graph, node);
    default:
      return undefined;
  }
}

function gemm(graph: GraphView, node: GraphNode): AffineStep | undefined {
  const [input = '', second, third] = node.inputs;
  const matrix = constantOf(graph, second);
  const bias = constantOf(graph, third);
  const { alpha = 1, beta = 1, transA = 0, transB = 0 } = node.attributes;
  const lacksBias = bias === undefined && third !== undefined && third !== '';
  if (matrix === undefined || lacksBias || Number(transA) !== 0) return undefined;
  return { input, pull: linear(matrix, Number(transB) !== 0, bias, Number(alpha), Number(beta)) };
}

function pointwise(graph: GraphView, node: GraphNode): AffineStep | undefined {
  const [input = '', second, third] = node.inputs;
  const kernel = constantOf(graph, second);
  const bias = constantOf(graph, third);
  const [outputs = 0, channels = 0, ...window] = kernel?.dims ?? [];
  const { group = 1, pads = [] } = node.attributes;
  const lacksBias = bias === undefined && third !== undefined && third !== '';
  const isPlain =
    window.every((side) => side === 1) && Number(group) === 1 && Object.values(pads).every((pad) => Number(pad) === 0);
  if (kernel === undefined || lacksBias || !isPlain) return undefined;
  return { input, pull: linear({ dims: [outputs, channels], data: kernel.data }, true, bias) };
}

/** y = alpha x B + beta c, where rows of B belong to inputs, or to outputs where it is transposed. */
function linear(matrix: Weight, isTransposed: boolean, bias?: Weight, alpha = 1, beta = 1): Pull {
  const [rows = 0, columns = 0] = matrix.dims;
  const [inputs, outputs] = isTransposed ? [columns, rows] : [rows, columns];
  return (weights) => {
    checkLength(weights, outputs);
    const pulled = new Float64Array(inputs);
    let constant = 0;
    weights.forEach((weight, output) => {
      // A class score weighs one output: the rest of the matrix need not be read.
      if (weight === 0) return;
      for (let from = 0; from < inputs; from += 1) {
        pulled[from]! +=
          alpha * weight * matrix.data[isTransposed ? output * columns + from : from * columns + output]!;
      }
      if (bias !== undefined) constant += beta * weight * at(bias, output);
    });
    return { weights: pulled, constant };
  };
}

function batchNormalization(graph: GraphView, node: GraphNode): AffineStep | undefined {
  const [input = '', ...names] = node.inputs;
  const [scale, bias, mean, variance] = names.map((name) => constantOf(graph, name));
  const { epsilon = 1e-5 } = node.attributes;
  if (scale === undefined || bias === undefined || mean === undefined || variance === undefined) return undefined;
  return {
    input,
    pull: (weights) => {
      checkLength(weights, scale.data.length);
      const pulled = weights.map(
        (weight, k) => (weight * scale.data[k]!) / Math.sqrt(variance.data[k]! + Number(epsilon)),
      );
      const constant = weights.reduce((sum, weight, k) => sum + weight * bias.data[k]! - pulled[k]! * mean.data[k]!, 0);
      return { weights: pulled, constant };
    },
  };
}

function elementwise(
  graph: GraphView,
  { operator, inputs: [left = '', right = ''] }: GraphNode,
): AffineStep | undefined {
  const leftConstant = constantOf(graph, left);
  const constant = leftConstant ?? constantOf(graph, right);
  const isFirst = leftConstant !== undefined;
  if (constant === undefined || (operator === 'Div' && isFirst)) return undefined;
  // y = factor x + offset, element by element.
  const factor = (k: number) =>
    operator === 'Mul'
      ? at(constant, k)
      : operator === 'Div'
        ? 1 / at(constant, k)
        : operator === 'Sub' && isFirst
          ? -1
          : 1;
  const offset = (k: number) =>
    operator === 'Add' || (operator === 'Sub' && isFirst) ? at(constant, k) : operator === 'Sub' ? -at(constant, k) : 0;
  return {
    input: isFirst ? right : left,
    pull: (weights) => {
      if (constant.data.length !== 1) checkLength(weights, constant.data.length);
      return {
        weights: weights.map((weight, k) => weight * factor(k)),
        constant: weights.reduce((sum, weight, k) => sum + weight * offset(k), 0),
      };
    },
  };
}

/** An element of a vector, or of a scalar that stands for one. */
function at({ data }: Weight, place: number): number {
  return data[data.length === 1 ? 0 : place]!;
}

function checkLength(weights: Float64Array, length: number): void {
  if (weights.length !== length) throw new LengthMismatch(`a layer for ${length} numbers follows on ${weights.length}`);
}

/** A step that works on the last axis of something longer than its vector. */
export class LengthMismatch extends RangeError {}
