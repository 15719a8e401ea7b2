import { errors } from '../errors.ts';
import type { GradientRule } from '../gradient-rule.ts';
import { product } from '../shapes/dims.ts';
import { combinations, flatPlaces, gridTaps, type GridAxis } from '../support/grid-taps.ts';
import { scatterAlong } from '../support/placement.ts';
import { range } from '../range.ts';
import { reshapeTo } from '../support/sizes.ts';
import type { Value } from '../types.ts';

export const gridSample: GradientRule = {
  operator: 'GridSample',
  opsets: [16, 26],
  covers:
    'nearest, linear and cubic, every padding_mode, both align_corners, any number of spatial axes; gradients of the input and of the grid (0 for nearest).',
  gradient({ node, inputs: [x, grid], gradients: [dy], graph }) {
    const rank = x!.shape?.length;
    if (rank === undefined)
      throw errors.ruleLimit(node.operator, node.name, 'an input of unknown rank', 'an input of known rank');
    let kept: readonly GridAxis[] | undefined;
    const axes = () => (kept ??= range(0, rank - 2).map((axis) => gridTaps(graph, node, x!, grid!, axis)));
    const channels = reshapeTo(graph, dy!, [0, 0, -1]);
    const pixels: Value = { ...x!, shape: [...x!.shape!.slice(0, 2), product(x!.shape!.slice(2))] };
    const flatten = (a: Value) => graph.withShape(reshapeTo(graph, a, [0, 0, -1]), pixels);
    const multiplied = (factors: readonly Value[]) => factors.reduce((a, b) => graph.mul(a, b));
    const overChannels = (places: Value) => graph.op('Expand', [places, graph.op('Shape', [channels])]);
    return {
      0: () => {
        const chosen = combinations(axes());
        const places = chosen.map((taps) => overChannels(flatPlaces(graph, x!, taps)));
        const shares = chosen.map((taps) =>
          graph.mul(channels, graph.cast(multiplied(taps.map((tap) => tap.weight)), dy!.type ?? 'float32')),
        );
        const sums = scatterAlong(graph, flatten(x!), graph.concat(places, 2), graph.concat(shares, 2), 2);
        return graph.reshape(sums, graph.shapeOf(x!));
      },
      1: () => {
        const sampled = axes();
        if (sampled.some(({ taps }) => taps[0]!.slope === undefined)) return graph.zerosLike(grid!);
        const picture = flatten(x!);
        const totals: (Value | undefined)[] = sampled.map(() => undefined);
        for (const taps of combinations(sampled)) {
          const found = graph.op('GatherElements', [picture, overChannels(flatPlaces(graph, x!, taps))], { axis: 2 });
          const effect = graph.cast(graph.reduceSum(graph.mul(channels, found), [1]), grid!.type ?? 'float32');
          for (const axis of range(0, taps.length)) {
            const factors = taps.map((tap, at) => (at === axis ? tap.slope! : tap.weight));
            const part = graph.mul(effect, multiplied(factors));
            const sum = totals[axis];
            totals[axis] = sum ? graph.add(sum, part) : part;
          }
        }
        // The grid's components run from the innermost axis outwards.
        const components = totals.map((total, axis) => graph.mul(total!, sampled[axis]!.pixels)).reverse();
        const stacked = graph.transpose(graph.concat(components, 1), [0, 2, 1]);
        return graph.reshape(stacked, graph.shapeOf(grid!));
      },
    };
  },
};
