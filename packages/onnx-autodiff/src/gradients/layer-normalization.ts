import { errors } from '../errors.ts';
import type { GradientRule } from '../gradient-rule.ts';
import { normaliseAxis } from '../shapes/dims.ts';
import { range } from '../range.ts';
import { standardise, throughStandardisation } from '../support/standardise.ts';

export const layerNormalization: GradientRule = {
  operator: 'LayerNormalization',
  opsets: [17, 26],
  covers:
    'Any axis, with and without bias, gradients of scale and bias; not gradients of the outputs Mean and InvStdDev.',
  gradient({ node, inputs: [x, scale, bias], gradients: [dy, dMean, dInverse], graph }) {
    const rank = x!.shape?.length;
    const limit = (found: string, expected: string) => errors.ruleLimit(node.operator, node.name, found, expected);
    if (dMean || dInverse || !dy)
      throw limit('an objective that reads Mean or InvStdDev', 'one that reads the first output');
    if (rank === undefined) throw limit('an input of unknown rank', 'an input of known rank');
    const axis = normaliseAxis(node.int('axis', -1), rank);
    const axes = range(axis, rank);
    let kept: ReturnType<typeof standardise> | undefined;
    const standardised = () => (kept ??= standardise(graph, x!, axis, rank, node.float('epsilon', 1e-5)));
    return {
      0: () => throughStandardisation(graph, graph.mul(dy, scale!), standardised(), axes),
      1: () => graph.unbroadcast(graph.withShape(graph.mul(dy, standardised().value), x!), scale!),
      2: () => graph.unbroadcast(dy, bias!),
    };
  },
};
