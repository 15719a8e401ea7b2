import type { GraphBuilder } from '../builder.ts';
import type { GradientContext, GradientRule } from '../gradient-rule.ts';
import { regionCorners, regionWeights } from '../support/region-weights.ts';
import { reshapeTo } from '../support/sizes.ts';
import { countUp } from '../support/placement.ts';
import type { Value } from '../types.ts';

export const roiAlign: GradientRule = {
  operator: 'RoiAlign',
  opsets: [10, 26],
  covers:
    'The modes avg and max, every sampling_ratio and spatial_scale, both coordinate_transformation_modes; the gradient of the feature map. In the mode ' +
    'max, which ONNX defines over the weighted values of single places, it goes to the largest. Regions count as constants, as in PyTorch.',
  inputs: [0],
  gradient: (context) => ({
    0: () => (context.node.string('mode', 'avg') === 'max' ? throughLargest(context) : throughMeans(context)),
  }),
};

/** Averages of bilinear samples are sums along the two axes, one after the other: dy = rows x columns^T for each region. */
function throughMeans({ node, inputs: [x, regions, samples], gradients: [dy], graph }: GradientContext): Value {
  const rows = regionWeights(graph, node, x!, regions!, 0);
  const columns = regionWeights(graph, node, x!, regions!, 1);
  const high = graph.matmul(graph.unsqueeze(graph.transpose(rows, [0, 2, 1]), [1]), dy!);
  const flat = graph.op('Flatten', [graph.transpose(high, [1, 2, 0, 3])], { axis: 2 });
  // Each sample sums over the regions that lie on it.
  const own = regionsOfSamples(graph, x!, samples!, dy!);
  const wide = reshapeTo(graph, graph.mul(graph.unsqueeze(own, [2, 3]), columns), [0, -1, [x!, [3]]]);
  return graph.reshapeLike(graph.matmul(flat, wide), x!);
}

/** A bin is the largest of what its samples' neighbours weigh; where several weigh as much they share its gradient. */
function throughLargest({ node, inputs: [x, regions, samples], gradients: [dy], graph }: GradientContext): Value {
  const rows = regionCorners(graph, node, x!, regions!, 0);
  const columns = regionCorners(graph, node, x!, regions!, 1);
  const up = graph.unsqueeze(rows.at, [1]);
  const across = graph.unsqueeze(columns.at, [1]);
  const pictures = graph.op('Gather', [x!, samples!], { axis: 0 });
  const values = graph.matmul(graph.matmul(up, pictures), graph.transposeLast(across));
  const weights = graph.mul(graph.unsqueeze(rows.weights, [1, 3]), graph.unsqueeze(columns.weights, [1, 2]));
  const weighed = graph.mul(values, weights);
  // [regions, channels, bins, corners, bins, corners]
  const [high, wide] = [node.int('output_height', 1), node.int('output_width', 1)];
  const apart = graph.concat([graph.ints([0, 0, high]), rows.perBin, graph.ints([wide, -1])], 0);
  const inBins = graph.reshape(weighed, apart);
  const corners = [3, 5];
  const largest = graph.op('ReduceMax', [inBins, graph.ints(corners)], { keepdims: 1 });
  const isLargest = graph.cast(graph.op('Equal', [inBins, largest]), dy!.type ?? 'float32');
  const each = graph.div(graph.unsqueeze(dy!, corners), graph.reduceSum(isLargest, corners, true));
  const back = graph.mul(graph.reshapeLike(graph.mul(isLargest, each), weighed), weights);
  const onPictures = graph.matmul(graph.matmul(graph.transposeLast(up), back), across);
  const own = regionsOfSamples(graph, x!, samples!, dy!);
  return graph.reshapeLike(graph.matmul(own, graph.op('Flatten', [onPictures], { axis: 1 })), x!);
}

/** 1 where a region lies on a sample, `[samples, regions]`. */
function regionsOfSamples(graph: GraphBuilder, x: Value, samples: Value, dy: Value): Value {
  const own = graph.op('Equal', [
    graph.unsqueeze(graph.cast(samples, 'int64'), [0]),
    graph.unsqueeze(countUp(graph, graph.sizes(x, [0])), [1]),
  ]);
  return graph.cast(own, dy.type ?? 'float32');
}
