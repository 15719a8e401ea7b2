import { errors } from '../errors.ts';
import type { GradientRule } from '../gradient-rule.ts';
import { normaliseAxis } from '../shapes/dims.ts';
import { range } from '../range.ts';
import { reduceMean } from '../support/standardise.ts';

export const rmsNormalization: GradientRule = {
  operator: 'RMSNormalization',
  opsets: [23, 26],
  covers: 'Any axis, gradient of the scale.',
  gradient({ node, inputs: [x, scale], gradients: [dy], graph }) {
    const rank = x!.shape?.length;
    if (rank === undefined)
      throw errors.ruleLimit(node.operator, node.name, 'an input of unknown rank', 'an input of known rank');
    const axes = range(normaliseAxis(node.int('axis', -1), rank), rank);
    const inverse = () => {
      const square = reduceMean(graph, graph.mul(x!, x!), axes);
      const root = graph.op('Sqrt', [graph.add(square, graph.scalarLike(x!, node.float('epsilon', 1e-5)))]);
      return graph.op('Reciprocal', [root]);
    };
    return {
      0: () => {
        const factor = inverse();
        const value = graph.mul(x!, factor);
        const weighted = graph.mul(dy!, scale!);
        const along = graph.mul(value, reduceMean(graph, graph.mul(weighted, value), axes));
        return graph.mul(graph.sub(weighted, along), factor);
      },
      1: () => graph.unbroadcast(graph.withShape(graph.mul(dy!, graph.mul(x!, inverse())), x!), scale!),
    };
  },
};
