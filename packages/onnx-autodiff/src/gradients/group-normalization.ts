import { errors } from '../errors.ts';
import type { GradientRule } from '../gradient-rule.ts';
import { formula, product } from '../shapes/dims.ts';
import { floorOf } from '../shapes/size-names.ts';
import { range } from '../range.ts';
import { reshapeTo } from '../support/sizes.ts';
import { standardise, throughStandardisation } from '../support/standardise.ts';
import type { Value } from '../types.ts';

export const groupNormalization: GradientRule = {
  operator: 'GroupNormalization',
  opsets: [18, 26],
  covers: 'Scale and bias by group (opset 18) and by channel (opset 21), with their gradients.',
  gradient({ node, inputs: [x, scale], gradients: [dy], graph }) {
    const rank = x!.shape?.length;
    const groups = node.int('num_groups');
    if (rank === undefined || !groups) {
      throw errors.ruleLimit(
        node.operator,
        node.name,
        'an unknown rank or no num_groups',
        'a known rank and num_groups',
      );
    }
    const byChannel = graph.opset >= 21;
    const others = [0, ...range(2, rank)];
    const group = {
      ...x!,
      shape: [
        x!.shape![0]!,
        groups,
        formula(
          ([size]) => floorOf(size, groups),
          [product(x!.shape!.slice(1))],
          (size) => size / groups,
        ),
      ],
    };
    const grouped = (a: Value) => graph.withShape(graph.reshape(a, [0, groups, -1]), group);
    const restored = (a: Value) => graph.withShape(reshapeTo(graph, a, [[x!, range(0, rank)]]), x!);
    let kept: ReturnType<typeof standardise> | undefined;
    const standardised = () => (kept ??= standardise(graph, grouped(x!), 2, 3, node.float('epsilon', 1e-5)));
    return {
      0: () => {
        const weighted = byChannel
          ? grouped(graph.mul(dy!, graph.reshape(scale!, [-1, ...range(2, rank).map(() => 1)])))
          : graph.mul(grouped(dy!), graph.reshape(scale!, [-1, 1]));
        return restored(throughStandardisation(graph, weighted, standardised(), [2]));
      },
      1: () =>
        byChannel
          ? graph.reduceSum(graph.mul(dy!, restored(standardised().value)), others, false)
          : graph.reduceSum(graph.mul(grouped(dy!), standardised().value), [0, 2], false),
      2: () => (byChannel ? graph.reduceSum(dy!, others, false) : graph.reduceSum(grouped(dy!), [0, 2], false)),
    };
  },
};
