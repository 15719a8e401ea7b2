import { errors } from '../errors.ts';
import type { GradientRule } from '../gradient-rule.ts';
import { rowPlaces, scatterSlices } from '../support/placement.ts';

export const gatherND: GradientRule = {
  operator: 'GatherND',
  opsets: [11, 26],
  covers: 'Every batch_dims; negative and repeated indices.',
  inputs: [0],
  gradient({ node, inputs: [x, indices], gradients: [dy], graph }) {
    return {
      0: () => {
        const batch = node.int('batch_dims', 0);
        const depth = indices!.shape?.at(-1);
        if (typeof depth !== 'number' || !x!.shape) {
          throw errors.ruleLimit(
            'GatherND',
            node.name,
            'indices or a tensor of unknown depth',
            'depth and rank known ahead',
          );
        }
        const table = graph.op('Flatten', [x!], { axis: batch + depth });
        const rows = graph.op('Flatten', [dy!], { axis: indices!.shape!.length - 1 });
        const places = rowPlaces(graph, x!, indices!, depth, batch);
        return graph.reshapeLike(scatterSlices(graph, table, places, rows, 0), x!);
      },
    };
  },
};
