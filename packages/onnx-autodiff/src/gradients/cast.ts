import type { GradientRule } from '../gradient-rule.ts';
import { errors } from '../errors.ts';
import { elementTypeOf, isFloat } from '../types.ts';

export const cast: GradientRule = {
  operator: 'Cast',
  opsets: [7, 26],
  covers:
    'Between float16, bfloat16, float32 and float64; a cast to whole numbers ends the path, 8-bit and smaller floats are refused.',
  gradient({ node, inputs: [x], gradients: [dy], graph }) {
    return {
      0: () => {
        const to = node.int('to', 0);
        if (!isFloat(elementTypeOf(to))) {
          throw errors.ruleLimit(
            'Cast',
            node.name,
            `a cast to ONNX type ${to}`,
            'a cast to float16, bfloat16, float32 or float64',
          );
        }
        return isFloat(x!.type) ? graph.cast(dy!, x!.type!) : dy!;
      },
    };
  },
};
