import { errors } from '../errors.ts';
import type { GradientRule } from '../gradient-rule.ts';
import { extents, type Extent } from '../support/placement.ts';

export const tile: GradientRule = {
  operator: 'Tile',
  opsets: [7, 26],
  covers: 'Repeats given or computed.',
  inputs: [0],
  gradient({ node, inputs: [x, repeatsInput], gradients: [dy], graph }) {
    return {
      0: () => {
        if (!x!.shape) throw errors.ruleLimit('Tile', node.name, 'a tensor of unknown rank', 'a known rank');
        const repeats = graph.numbers(repeatsInput);
        // Every repeated axis is written as two, the copies and what was copied, and the copies are summed.
        const sizes: Extent[] = [];
        const copies: number[] = [];
        x!.shape.forEach((size, axis) => {
          const count =
            repeats?.[axis] ?? graph.op('Slice', [repeatsInput!, graph.ints([axis]), graph.ints([axis + 1])]);
          if (count !== 1) copies.push(sizes.push(count) - 1);
          sizes.push(typeof size === 'number' ? size : graph.sizes(x!, [axis]));
        });
        if (copies.length === 0) return dy!;
        return graph.withShape(graph.reduceSum(graph.reshape(dy!, extents(graph, sizes)), copies, false), x!);
      },
    };
  },
};
