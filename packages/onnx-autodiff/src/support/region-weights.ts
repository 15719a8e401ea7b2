import type { GraphBuilder } from '../builder.ts';
import type { Node } from '../node.ts';
import type { Value } from '../types.ts';
import { countUp } from './placement.ts';

/** Where RoiAlign reads along a spatial axis of its input; tensors broadcast to `[regions, bins, samples, places]`. */
interface RegionSamples {
  /** How many samples a bin of each region has; may be 0. */
  readonly counts: Value;
  /** `[1]`, the most that a bin has. */
  readonly samples: Value;
  readonly isCounted: Value;
  readonly isInside: Value;
  /** Positions, moved to the edge where they lie behind it. */
  readonly clamped: Value;
  readonly place: Value;
}

/**
 * How much RoiAlign takes of each place along a spatial axis of `x` (0: rows, 1: columns) for each bin of each region, `[regions, bins, places]`:
 * the mean over the bin's samples, each of which is shared by its two neighbours.
 */
export function regionWeights(graph: GraphBuilder, node: Node, x: Value, regions: Value, axis: 0 | 1): Value {
  const { counts, isCounted, isInside, clamped, place } = samplesOf(graph, node, { x, regions, axis });
  const type = regions.type ?? 'float32';
  const one = graph.constant({ type, dims: [], values: [1] });
  const near = graph.op('Relu', [graph.sub(one, graph.op('Abs', [graph.sub(clamped, place)]))]);
  const counted = graph.op('And', [isInside, isCounted]);
  const sum = graph.reduceSum(graph.mul(near, graph.cast(counted, type)), [2], false);
  const divisor = graph.op('Max', [counts.shape?.length === 0 ? counts : graph.squeeze(counts, [3]), one]);
  return graph.div(sum, divisor);
}

/** The two neighbours of each sample along an axis, of all bins one behind the other. */
export interface RegionCorners {
  /** `[regions, corners]`, 0 of samples outside. */
  readonly weights: Value;
  /** 1 at the place of each corner, `[regions, corners, places]`. */
  readonly at: Value;
  /** `[1]`, how many corners a bin has. */
  readonly perBin: Value;
}

/** What RoiAlign weighs against each other along a spatial axis of `x`; bins with fewer samples than others have their last one several times. */
export function regionCorners(graph: GraphBuilder, node: Node, x: Value, regions: Value, axis: 0 | 1): RegionCorners {
  const parts = { x, regions, axis, isFilledUp: true };
  const { counts, samples, isInside, clamped, place } = samplesOf(graph, node, parts);
  const type = regions.type ?? 'float32';
  const number = (value: number) => graph.constant({ type, dims: [], values: [value] });
  const isAny = graph.op('Greater', [counts, number(0)]);
  const counted = graph.cast(graph.op('And', [isInside, isAny]), type);
  const low = graph.op('Floor', [clamped]);
  // Behind the last place there is none, nor any weight.
  const high = graph.add(low, number(1));
  const far = graph.sub(clamped, low);
  const weights = graph.mul(graph.concat([graph.sub(number(1), far), far], 3), counted);
  const corners = graph.reshape(graph.concat([low, high], 3), [0, -1, 1]);
  return {
    weights: graph.reshape(weights, [0, -1]),
    at: graph.cast(graph.op('Equal', [corners, place]), type),
    perBin: graph.mul(samples, graph.ints([2])),
  };
}

interface Along {
  readonly x: Value;
  readonly regions: Value;
  readonly axis: 0 | 1;
  /** Whether bins with fewer samples than others have their last one several times. */
  readonly isFilledUp?: boolean;
}

function samplesOf(graph: GraphBuilder, node: Node, { x, regions, axis, isFilledUp = false }: Along): RegionSamples {
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
  const atLeastOne = graph.op('Max', [behind(counts), number(1)]);
  const all = graph.unsqueeze(graph.cast(countUp(graph, samples), type), [1]);
  const sample = isFilledUp && ratio <= 0 ? graph.op('Min', [all, graph.sub(atLeastOne, number(1))]) : all;
  const place = graph.cast(countUp(graph, graph.sizes(x, [axis + 2])), type);
  const binAt = graph.constant({ type, dims: [bins, 1, 1], values: Array.from({ length: bins }, (_, at) => at) });
  const within = graph.div(graph.add(sample, number(0.5)), atLeastOne);
  const position = graph.add(behind(start), graph.mul(graph.add(within, binAt), behind(bin)));
  const size = graph.cast(graph.sizes(x, [axis + 2]), type);
  const clamped = graph.op('Max', [graph.op('Min', [position, graph.sub(size, number(1))]), number(0)]);
  const isInside = graph.op('And', [
    graph.op('GreaterOrEqual', [position, number(-1)]),
    graph.op('LessOrEqual', [position, size]),
  ]);
  const isCounted = graph.op('Less', [sample, behind(counts)]);
  return { counts: behind(counts), samples, isCounted, isInside, clamped, place };
}
