import type { GraphBuilder } from '../builder.ts';
import type { Node } from '../node.ts';
import type { Value } from '../types.ts';
import { countUp } from './placement.ts';

/**
 * How much RoiAlign takes of each place along a spatial axis of `x` (0: rows, 1: columns) for each bin of each region, `[regions, bins, places]`:
 * the mean over the bin's samples, each of which is shared by its two neighbours.
 */
export function regionWeights(graph: GraphBuilder, node: Node, x: Value, regions: Value, axis: 0 | 1): Value {
  const type = regions.type ?? 'float32';
  const number = (value: number) => graph.constant({ type, dims: [], values: [value] });
  const bins = node.int(axis === 0 ? 'output_height' : 'output_width', 1);
  const half = node.string('coordinate_transformation_mode', 'half_pixel') === 'half_pixel';
  const edge = (at: number) => {
    const scaled = graph.scale(graph.slice(regions, [at], [at + 1], [1]), node.float('spatial_scale', 1));
    return half ? graph.sub(scaled, number(0.5)) : scaled;
  };
  // Regions are written x, y, x, y.
  const start = edge(1 - axis);
  const whole = graph.sub(edge(3 - axis), start);
  const extent = half ? whole : graph.op('Max', [whole, number(1)]);
  const bin = graph.scale(extent, 1 / bins);
  const ratio = node.int('sampling_ratio', 0);
  const counts = ratio > 0 ? number(ratio) : graph.op('Ceil', [bin]);
  const most = () =>
    graph.op('ReduceMax', [graph.op('Max', [graph.reshape(counts, [-1]), number(1)]), graph.ints([0])], {
      keepdims: 1,
    });
  const samples = ratio > 0 ? graph.ints([ratio]) : graph.cast(most(), 'int64');
  // [regions, bins, samples, places]
  const behind = (value: Value) => (ratio > 0 && value === counts ? value : graph.unsqueeze(value, [2, 3]));
  const sample = graph.unsqueeze(graph.cast(countUp(graph, samples), type), [1]);
  const place = graph.cast(countUp(graph, graph.sizes(x, [axis + 2])), type);
  const binAt = graph.constant({ type, dims: [bins, 1, 1], values: Array.from({ length: bins }, (_, at) => at) });
  const within = graph.div(graph.add(sample, number(0.5)), graph.op('Max', [behind(counts), number(1)]));
  const position = graph.add(behind(start), graph.mul(graph.add(within, binAt), behind(bin)));
  const size = graph.cast(graph.sizes(x, [axis + 2]), type);
  const clamped = graph.op('Max', [graph.op('Min', [position, graph.sub(size, number(1))]), number(0)]);
  const near = graph.op('Relu', [graph.sub(number(1), graph.op('Abs', [graph.sub(clamped, place)]))]);
  const inside = graph.op('And', [
    graph.op('GreaterOrEqual', [position, number(-1)]),
    graph.op('LessOrEqual', [position, size]),
  ]);
  const counted = graph.op('And', [inside, graph.op('Less', [sample, behind(counts)])]);
  const sum = graph.reduceSum(graph.mul(near, graph.cast(counted, type)), [2], false);
  const divisor = graph.op('Max', [ratio > 0 ? counts : graph.unsqueeze(counts, [2]), number(1)]);
  return graph.div(sum, divisor);
}
