import type { GradientRule } from '../gradient-rule.ts';
import { reduceMean, throughStandardisation } from '../support/standardise.ts';

export const meanVarianceNormalization: GradientRule = {
  operator: 'MeanVarianceNormalization',
  opsets: [9, 26],
  covers: 'Any axes.',
  gradient({ node, inputs: [x], outputs: [y], gradients: [dy], graph }) {
    const axes = node.ints('axes', [0, 2, 3]);
    return {
      0: () => {
        const centred = graph.sub(x!, reduceMean(graph, x!, axes));
        const deviation = graph.op('Sqrt', [reduceMean(graph, graph.mul(centred, centred), axes)]);
        // The operator's own guard against a standard deviation of zero.
        const inverse = graph.op('Reciprocal', [graph.add(deviation, graph.scalarLike(x!, 1e-9))]);
        return throughStandardisation(graph, dy!, { value: y!, inverse }, axes);
      },
    };
  },
};
