import { errors } from '../errors.ts';
import type { GradientRule } from '../gradient-rule.ts';

export const col2Im: GradientRule = {
  operator: 'Col2Im',
  opsets: [18, 26],
  covers: 'Blocks of one to three axes that are known ahead, dilations, pads and strides; computed sizes of the image.',
  inputs: [0],
  gradient: ({ node, inputs: [columns, , blockShape], gradients: [dy], graph }) => ({
    0: () => {
      const block = graph.numbers(blockShape);
      if (!block || !dy!.shape)
        throw errors.ruleLimit('Col2Im', node.name, 'a block that is computed', 'a constant one');
      // A convolution with one kernel for each place of the block takes the windows apart again.
      const count = block.reduce((a, b) => a * b, 1);
      const kernels = new Float32Array(count * count);
      for (let at = 0; at < count; at += 1) kernels[at * (count + 1)] = 1;
      const taps = graph.constant({ type: dy!.type ?? 'float32', dims: [count, 1, ...block], values: kernels });
      const size = graph.sizes(dy!, dy!.shape.map((_, axis) => axis).slice(2));
      const images = graph.reshape(dy!, graph.concat([graph.ints([-1, 1]), size], 0));
      const lists = ['dilations', 'pads', 'strides'].flatMap((name) => {
        const values = node.ints(name);
        return values ? [[name, values] as const] : [];
      });
      const windows = graph.op('Conv', [images, taps], { kernel_shape: block, ...Object.fromEntries(lists) });
      return graph.reshapeLike(windows, columns!);
    },
  }),
};
