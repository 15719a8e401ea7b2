import type { GradientRule } from '../gradient-rule.ts';
import type { AttributeInputs } from '../node.ts';
import { scatterAdd } from '../support/scatter.ts';

export const maxPool: GradientRule = {
  operator: 'MaxPool',
  opsets: [7, 26],
  covers:
    'Overlapping, padded, dilated and overhanging windows; the first maximum of a window takes its whole gradient, as in PyTorch.',
  gradient({ node, inputs: [x], outputs: [, indices], gradients: [dy], graph }) {
    return {
      0: () => {
        // Column-major places would need the sizes to be turned round; the pooling finds them again more simply.
        const rowMajor = indices && node.int('storage_order', 0) === 0 ? indices : undefined;
        return scatterAdd(graph, x!, rowMajor ?? graph.ops('MaxPool', [x], attributesOf(node), 2)[1]!, dy!);
      },
    };
  },
};

function attributesOf(node: Parameters<GradientRule['gradient']>[0]['node']): AttributeInputs {
  const lists = ['kernel_shape', 'strides', 'pads', 'dilations'].flatMap((name) => {
    const values = node.ints(name);
    return values ? [[name, values] as const] : [];
  });
  return {
    ...Object.fromEntries(lists),
    auto_pad: node.string('auto_pad', 'NOTSET'),
    ceil_mode: node.int('ceil_mode', 0),
  };
}
