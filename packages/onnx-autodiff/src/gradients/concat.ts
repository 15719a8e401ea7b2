import type { GradientRule } from '../gradient-rule.ts';
import { normaliseAxis } from '../shapes/dims.ts';
import { extents } from '../support/placement.ts';
import type { Value } from '../types.ts';

export const concat: GradientRule = {
  operator: 'Concat',
  opsets: [7, 26],
  covers: 'Any number of inputs along any axis, of sizes known ahead or not.',
  gradient({ node, inputs, gradients: [dy], graph }) {
    const axis = node.int('axis', 0);
    const rank = [dy, ...inputs].find((value) => value?.shape)?.shape?.length;
    const at = rank === undefined ? axis : normaliseAxis(axis, rank);
    const sizes = inputs.map((input) => (at < 0 ? undefined : input!.shape?.[at]));
    let parts: readonly Value[] | undefined;
    const split = () => {
      const start = graph.ints([at]);
      const lengths = inputs.map((input, index) => {
        const size = sizes[index];
        return typeof size === 'number' ? size : graph.op('Gather', [graph.shapeOf(input!), start], { axis: 0 });
      });
      return graph.ops('Split', [dy, extents(graph, lengths)], { axis }, inputs.length);
    };
    const part = (index: number): Value => {
      const before = sizes.slice(0, index + 1);
      if (before.every((size) => typeof size === 'number')) {
        const start = before.slice(0, -1).reduce((sum, size) => sum + size, 0);
        return inputs.length === 1 ? dy! : graph.slice(dy!, [start], [start + before.at(-1)!], [axis]);
      }
      parts ??= split();
      return parts[index]!;
    };
    return Object.fromEntries(inputs.map((input, index) => [index, () => graph.withShape(part(index), input!)]));
  },
};
