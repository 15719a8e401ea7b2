import { errors } from '../errors.ts';
import type { GradientRule } from '../gradient-rule.ts';
import { normaliseAxis } from '../shapes/dims.ts';
import { scatterSlices } from '../support/placement.ts';

export const compress: GradientRule = {
  operator: 'Compress',
  opsets: [9, 26],
  covers: 'Along an axis or flattened; conditions shorter than the axis.',
  inputs: [0],
  gradient({ node, inputs: [x, condition], gradients: [dy], graph }) {
    return {
      0: () => {
        if (!x!.shape) throw errors.ruleLimit('Compress', node.name, 'a tensor of unknown rank', 'a known rank');
        const axis = node.int('axis');
        const places = graph.reshape(graph.op('NonZero', [condition]), [-1]);
        if (axis !== undefined) return scatterSlices(graph, x!, places, dy!, normaliseAxis(axis, x!.shape.length));
        return graph.reshapeLike(scatterSlices(graph, graph.reshape(x!, [-1]), places, dy!, 0), x!);
      },
    };
  },
};
