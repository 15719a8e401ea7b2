import type { AttributeInputs, Node } from '../node.ts';
import type { GraphBuilder } from '../builder.ts';
import { errors } from '../errors.ts';
import type { Value } from '../types.ts';

/** What a recurrent operator applies to a gate. */
export type Activation = (graph: GraphBuilder, a: Value) => Value;

interface Parameters {
  readonly alpha?: number;
  readonly beta?: number;
}

/** Those that an activation has, with what ONNX Runtime takes where the node gives none. */
const parameters: Readonly<Record<string, Parameters>> = {
  affine: { alpha: 0, beta: 0 },
  elu: { alpha: 1 },
  hardsigmoid: { alpha: 0.2, beta: 0.5 },
  leakyrelu: { alpha: 0.01 },
  relu: {},
  scaledtanh: { alpha: 0, beta: 0 },
  sigmoid: {},
  softplus: {},
  softsign: {},
  tanh: {},
  thresholdedrelu: { alpha: 0 },
};

/** The activations of a recurrent node in the order of its list; each takes its parameters from what those before it left. */
export function readActivations(node: Node, usual: readonly string[]): readonly Activation[] {
  const alphas = [...node.floats('activation_alpha', [])];
  const betas = [...node.floats('activation_beta', [])];
  return (node.strings('activations') ?? usual).map((written) => {
    const name = written.toLowerCase();
    const own = Object.hasOwn(parameters, name) ? parameters[name] : undefined;
    if (!own) {
      throw errors.ruleLimit(node.operator, node.name, `the activation ${written}`, 'one that ONNX names for it');
    }
    const alpha = own.alpha === undefined ? 0 : (alphas.shift() ?? own.alpha);
    const beta = own.beta === undefined ? 0 : (betas.shift() ?? own.beta);
    return (graph, a) => apply(name, graph, a, alpha, beta);
  });
}

function apply(name: string, graph: GraphBuilder, a: Value, alpha: number, beta: number): Value {
  const op = (operator: string, attributes: AttributeInputs = {}) => graph.op(operator, [a], attributes);
  switch (name) {
    case 'affine':
      return graph.add(graph.mul(a, graph.scalarLike(a, alpha)), graph.scalarLike(a, beta));
    case 'scaledtanh':
      return graph.mul(graph.op('Tanh', [graph.mul(a, graph.scalarLike(a, beta))]), graph.scalarLike(a, alpha));
    case 'elu':
      return op('Elu', { alpha: { float: alpha } });
    case 'hardsigmoid':
      return op('HardSigmoid', { alpha: { float: alpha }, beta: { float: beta } });
    case 'leakyrelu':
      return op('LeakyRelu', { alpha: { float: alpha } });
    case 'thresholdedrelu':
      return op('ThresholdedRelu', { alpha: { float: alpha } });
    case 'relu':
      return op('Relu');
    case 'sigmoid':
      return op('Sigmoid');
    case 'softplus':
      return op('Softplus');
    case 'softsign':
      return op('Softsign');
    default:
      return op('Tanh');
  }
}
