import type { GraphBuilder } from '../builder.ts';
import { errors } from '../errors.ts';
import type { Node } from '../node.ts';
import type { Value } from '../types.ts';

/** What a fused operator applies to its result, by its attribute `activation`; `first` and `second` are its parameters. */
export function fusedActivation(
  graph: GraphBuilder,
  node: Node,
  a: Value,
  first: number | undefined,
  second: number | undefined,
): Value {
  const activation = node.string('activation', '');
  switch (activation) {
    case '':
      return a;
    case 'Relu':
    case 'Sigmoid':
    case 'Tanh':
      return graph.op(activation, [a]);
    case 'LeakyRelu':
      return graph.op('LeakyRelu', [a], { alpha: { float: first ?? 0.01 } });
    case 'HardSigmoid':
      return graph.op('HardSigmoid', [a], { alpha: { float: first ?? 0.2 }, beta: { float: second ?? 0.5 } });
    case 'Clip':
      return graph.op('Clip', [a, graph.scalarLike(a, first ?? -Infinity), graph.scalarLike(a, second ?? Infinity)]);
    default:
      throw errors.ruleLimit(
        node.operator,
        node.name,
        `the activation ${activation}`,
        'Relu, Tanh, Sigmoid, LeakyRelu, HardSigmoid or Clip',
      );
  }
}
