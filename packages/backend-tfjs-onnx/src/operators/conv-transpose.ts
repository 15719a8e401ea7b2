import * as tf from '@tensorflow/tfjs-core';
import { convInputGradient } from '@understory/backend-tfjs/engine';
import type { Operator } from '../operator.ts';
import { tensorFrom } from '../support/dtype.ts';

/** The gradient of a convolution's input, as an operation of its own. */
export const convTranspose: Operator = {
  through: [0],
  writes: () => 'last',
  prepare(use) {
    if (!use.isStatic(1)) use.refuse('weights that are computed from the inputs');
    const [inChannels = 0, , ...kernel] = use.shape(1);
    if (kernel.length !== 2) use.refuse(`a window over ${kernel.length} axes`);
    const { node } = use;
    const auto = node.string('auto_pad', 'NOTSET');
    if (auto === 'SAME_UPPER' || auto === 'SAME_LOWER' || node.has('output_shape')) {
      use.refuse(`padding by ${auto.startsWith('SAME') ? auto : 'output_shape'}`);
    }
    const [strideHeight = 1, strideWidth = 1] = node.ints('strides', [1, 1]);
    const [dilationHeight = 1, dilationWidth = 1] = node.ints('dilations', [1, 1]);
    const [top = 0, left = 0, bottom = 0, right = 0] = auto === 'VALID' ? [] : node.ints('pads', [0, 0, 0, 0]);
    const [moreRows = 0, moreColumns = 0] = node.ints('output_padding', [0, 0]);
    const [filterHeight = 1, filterWidth = 1] = kernel;
    const groups = node.int('group', 1);
    const perGroup = inChannels / groups;
    // `[in, out, kh, kw]`; a convolution from out to in has its filter as `[kh, kw, out, in]`.
    const filters = Array.from(
      { length: groups },
      (_, group) =>
        use.weight(1, `transposed ${group} of ${groups}`, (constant) => {
          const whole = tf.transpose(tensorFrom(constant), [2, 3, 1, 0]);
          const size = whole.shape.with(3, perGroup);
          return tf.slice(whole, [0, 0, 0, group * perGroup], size);
        }) as tf.Tensor4D,
    );
    const bias = use.has(2) ? use.weight(2, 'bias', tensorFrom) : undefined;
    return (read) => {
      const x = read(0, 'last') as tf.Tensor4D;
      const [batch, height, width] = x.shape;
      const window = {
        ...{ strideHeight, strideWidth, dilationHeight, dilationWidth, filterHeight, filterWidth },
        inHeight: (height - 1) * strideHeight + (filterHeight - 1) * dilationHeight + 1 + moreRows - top - bottom,
        inWidth: (width - 1) * strideWidth + (filterWidth - 1) * dilationWidth + 1 + moreColumns - left - right,
        padInfo: { top, left },
      };
      const parts = filters.map((filter, group) => {
        const part = tf.slice(x, [0, 0, 0, group * perGroup], [batch, height, width, perGroup]);
        return convInputGradient(groups === 1 ? x : part, filter, window);
      });
      const whole = groups === 1 ? parts[0]! : tf.concat(parts, 3);
      return bias === undefined ? whole : tf.add(whole, bias);
    };
  },
};
