import { errors } from '../errors.ts';
import type { GradientRule } from '../gradient-rule.ts';

export const centerCropPad: GradientRule = {
  operator: 'CenterCropPad',
  opsets: [18, 26],
  covers: 'Crops and pads of any axes; computed shapes.',
  inputs: [0],
  gradient({ node, inputs: [x], gradients: [dy], graph }) {
    return {
      0: () => {
        if (!x!.shape) throw errors.ruleLimit('CenterCropPad', node.name, 'a tensor of unknown rank', 'a known rank');
        const rank = x!.shape.length;
        const axes = node.ints('axes') ?? Array.from({ length: rank }, (_, axis) => axis);
        // Crops and pads both leave the smaller half in front, so that one undoes the other.
        const back = graph.sizes(
          x!,
          axes.map((axis) => (axis < 0 ? axis + rank : axis)),
        );
        return graph.withShape(graph.op('CenterCropPad', [dy, back], { axes }), x!);
      },
    };
  },
};
