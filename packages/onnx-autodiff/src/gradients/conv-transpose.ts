import { errors } from '../errors.ts';
import type { GradientRule } from '../gradient-rule.ts';
import { readTransposedWindow } from '../attributes/transposed-window.ts';
import { kernelGradient } from '../support/convolution.ts';
import { range } from '../range.ts';
import { padsOfTransposed } from '../support/transposed-pads.ts';

export const convTranspose: GradientRule = {
  operator: 'ConvTranspose',
  opsets: [7, 26],
  covers:
    'One to three spatial axes, groups, dilations, strides, output_padding, output_shape, explicit and automatic padding; gradients of weights and bias.',
  gradient({ node, inputs: [x, w], gradients: [dy], graph }) {
    const window = readTransposedWindow(node, x!.shape, w!.shape);
    if (!window) {
      throw errors.ruleLimit(
        node.operator,
        node.name,
        'weights of unknown rank, or automatic padding for a kernel of unknown size',
        'the attribute kernel_shape',
      );
    }
    const group = node.int('group', 1);
    const { rank, strides, dilations } = window;
    const axes = range(2, rank + 2);
    return {
      0: () => {
        const { padded, pads, exact } = padsOfTransposed(graph, window, x!, dy!);
        const found = graph.op('Conv', [padded, w], {
          strides,
          dilations,
          group,
          pads: [...pads.begin, ...pads.end],
        });
        if (exact) return found;
        return graph.op('Slice', [found, graph.ints(axes.map(() => 0)), graph.sizes(x!, axes), graph.ints(axes)]);
      },
      1: () => {
        const { padded, pads, exact } = padsOfTransposed(graph, window, x!, dy!);
        const forward = {
          rank,
          kernel: window.kernel,
          strides,
          dilations,
          pads,
          autoPad: undefined,
          reach: [],
          pooling: false,
          ceil: false,
        };
        return kernelGradient(graph, padded, x!, w!, forward, group, exact);
      },
      2: () => graph.reduceSum(dy!, [0, ...axes], false),
    };
  },
};
