import { errors } from '../errors.ts';
import type { GradientRule } from '../gradient-rule.ts';
import { elementTypeOf } from '../types.ts';
import { castGradient } from '../support/cast-gradient.ts';

export const cast: GradientRule = {
  operator: 'Cast',
  opsets: [7, 26],
  covers:
    'Between float16, bfloat16, float32 and float64. A cast to whole numbers ends the path, except of a quantised ' +
    'tensor.',
  refuses: {
    'floats of 8 bits and fewer':
      'networks that are quantised have QuantizeLinear, and ONNX Runtime computes next to nothing in such floats on the CPU',
  },
  gradient({ node, inputs: [x], gradients: [dy], graph }) {
    return {
      0: () => {
        const to = node.int('to', 0);
        if (!elementTypeOf(to)) {
          const expected = 'a cast to float16, bfloat16, float32 or float64';
          throw errors.ruleLimit('Cast', node.name, `a cast to ONNX type ${to}`, expected);
        }
        return castGradient(graph, dy!, x!);
      },
    };
  },
};
