import { errors } from '../errors.ts';
import type { GradientRule } from '../gradient-rule.ts';
import { product } from '../shapes/dims.ts';
import { range } from '../range.ts';
import { reshapeTo } from '../support/sizes.ts';
import { standardise, throughStandardisation } from '../support/standardise.ts';

export const instanceNormalization: GradientRule = {
  operator: 'InstanceNormalization',
  opsets: [7, 26],
  covers: 'Any number of spatial axes, gradients of scale and bias.',
  gradient({ node, inputs: [x, scale], gradients: [dy], graph }) {
    const rank = x!.shape?.length;
    if (rank === undefined)
      throw errors.ruleLimit(node.operator, node.name, 'an input of unknown rank', 'an input of known rank');
    const spatial = range(2, rank);
    const flat = { ...x!, shape: [...x!.shape!.slice(0, 2), product(x!.shape!.slice(2))] };
    const flatten = (a: typeof x) => graph.withShape(graph.reshape(a!, [0, 0, -1]), flat);
    let kept: ReturnType<typeof standardise> | undefined;
    const standardised = () => (kept ??= standardise(graph, flatten(x), 2, 3, node.float('epsilon', 1e-5)));
    return {
      0: () => {
        const weighted = graph.mul(flatten(dy), graph.reshape(scale!, [-1, 1]));
        const through = throughStandardisation(graph, weighted, standardised(), [2]);
        return reshapeTo(graph, through, [[x!, range(0, rank)]]);
      },
      1: () => graph.reduceSum(graph.mul(flatten(dy), standardised().value), [0, 2], false),
      2: () => graph.reduceSum(dy!, [0, ...spatial], false),
    };
  },
};
