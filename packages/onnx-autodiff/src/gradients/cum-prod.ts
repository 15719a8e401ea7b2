import { errors } from '../errors.ts';
import type { Decomposition } from '../gradient-rule.ts';
import { range } from '../range.ts';
import { normaliseAxis } from '../shapes/dims.ts';
import { countUp } from '../support/placement.ts';

export const cumProd: Decomposition = {
  operator: 'CumProd',
  opsets: [26, 26],
  covers: 'exclusive and reverse; an axis that is known ahead. Zeros among the factors are exact.',
  inputs: [0],
  decompose: ({ node, inputs: [x, axes], graph }) => {
    const rank = x!.shape?.length;
    const given = graph.numbers(axes)?.[0];
    if (rank === undefined || given === undefined) {
      const found = 'an axis that is computed, or an input of unknown rank';
      throw errors.ruleLimit(node.operator, node.name, found, 'a constant axis and an input of known rank');
    }
    const axis = normaliseAxis(given, rank);
    // Exchanging two axes is its own inverse.
    const exchanged = range(0, rank).map((at) => (at === axis ? rank - 1 : at === rank - 1 ? axis : at));
    const rows = graph.transpose(x!, exchanged);
    const places = countUp(graph, graph.sizes(rows, [rank - 1]));
    const results = graph.unsqueeze(places, [1]);
    const [reverse, exclusive] = [node.int('reverse', 0) === 1, node.int('exclusive', 0) === 1];
    const operator = (reverse ? 'Greater' : 'Less') + (exclusive ? '' : 'OrEqual');
    const factors = graph.where(
      graph.op(operator, [places, results]),
      graph.unsqueeze(rows, [rank - 1]),
      graph.scalarLike(x!, 1),
    );
    const products = graph.op('ReduceProd', [factors, graph.ints([rank])], { keepdims: 0 });
    return [graph.transpose(products, exchanged)];
  },
};
