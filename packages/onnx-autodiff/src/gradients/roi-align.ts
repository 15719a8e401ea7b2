import { errors } from '../errors.ts';
import type { GradientRule } from '../gradient-rule.ts';
import { regionWeights } from '../support/region-weights.ts';
import { reshapeTo } from '../support/sizes.ts';
import { countUp } from '../support/placement.ts';

export const roiAlign: GradientRule = {
  operator: 'RoiAlign',
  opsets: [10, 26],
  covers:
    'The mode avg, every sampling_ratio and spatial_scale, both coordinate_transformation_modes; the gradient of the feature map. Regions ' +
    'count as constants, as in PyTorch; the mode max is refused.',
  inputs: [0],
  gradient({ node, inputs: [x, regions, samples], gradients: [dy], graph }) {
    const mode = node.string('mode', 'avg');
    if (mode !== 'avg') throw errors.ruleLimit(node.operator, node.name, `the mode ${mode}`, 'the mode avg');
    return {
      0: () => {
        // Averages of bilinear samples are sums along the two axes, one after the other: dy = rows x columns^T for each region.
        const rows = regionWeights(graph, node, x!, regions!, 0);
        const columns = regionWeights(graph, node, x!, regions!, 1);
        const high = graph.matmul(graph.unsqueeze(graph.transpose(rows, [0, 2, 1]), [1]), dy!);
        const flat = graph.op('Flatten', [graph.transpose(high, [1, 2, 0, 3])], { axis: 2 });
        // Each sample sums over the regions that lie on it.
        const own = graph.op('Equal', [
          graph.unsqueeze(graph.cast(samples!, 'int64'), [0]),
          graph.unsqueeze(countUp(graph, graph.sizes(x!, [0])), [1]),
        ]);
        const chosen = graph.mul(graph.unsqueeze(graph.cast(own, dy!.type ?? 'float32'), [2, 3]), columns);
        const wide = reshapeTo(graph, chosen, [0, -1, [x!, [3]]]);
        return graph.reshapeLike(graph.matmul(flat, wide), x!);
      },
    };
  },
};
