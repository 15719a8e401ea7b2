import { errors } from '../errors.ts';
import type { GradientRule } from '../gradient-rule.ts';
import { normaliseAxis } from '../shapes/dims.ts';
import { range } from '../range.ts';
import { divideByCount } from '../support/sizes.ts';
import { standardise, throughStandardisation } from '../support/standardise.ts';
import type { Value } from '../types.ts';

export const layerNormalization: GradientRule = {
  operator: 'LayerNormalization',
  opsets: [17, 26],
  covers: 'Any axis, with and without bias, gradients of scale and bias, and of the outputs Mean and InvStdDev.',
  gradient({ node, inputs: [x, scale, bias], gradients: [dy, dMean, dInverse], graph }) {
    const rank = x!.shape?.length;
    const limit = (found: string, expected: string) => errors.ruleLimit(node.operator, node.name, found, expected);
    if (rank === undefined) throw limit('an input of unknown rank', 'an input of known rank');
    const axis = normaliseAxis(node.int('axis', -1), rank);
    const axes = range(axis, rank);
    let kept: ReturnType<typeof standardise> | undefined;
    const standardised = () => (kept ??= standardise(graph, x!, axis, rank, node.float('epsilon', 1e-5)));
    const type = x!.type ?? 'float32';
    const throughStatistics = (): readonly Value[] => {
      const { value, inverse } = standardised();
      const mean = dMean && divideByCount(graph, graph.cast(dMean, type), x!, axes);
      const square = dInverse && graph.mul(graph.cast(dInverse, type), graph.mul(inverse, inverse));
      const deviation = square && divideByCount(graph, graph.neg(graph.mul(square, value)), x!, axes);
      return [...(mean ? [graph.expandLike(mean, x!)] : []), ...(deviation ? [deviation] : [])];
    };
    const sum = (parts: readonly Value[]) => parts.reduce((left, right) => graph.add(left, right));
    const nothing = (of: Value) => graph.mul(of, graph.scalarLike(of, 0));
    return {
      0: () => {
        const own = dy ? [throughStandardisation(graph, graph.mul(dy, scale!), standardised(), axes)] : [];
        return sum([...own, ...throughStatistics()]);
      },
      1: () =>
        dy ? graph.unbroadcast(graph.withShape(graph.mul(dy, standardised().value), x!), scale!) : nothing(scale!),
      2: () => (dy ? graph.unbroadcast(dy, bias!) : nothing(bias!)),
    };
  },
};
