import { errors } from '../errors.ts';
import type { GradientRule } from '../gradient-rule.ts';
import { castGradient } from '../support/cast-gradient.ts';

export const castLike: GradientRule = {
  operator: 'CastLike',
  opsets: [15, 26],
  covers: 'As Cast; the tensor that gives the type has no gradient.',
  refuses: {
    'floats of 8 bits and fewer': 'as of Cast',
  },
  inputs: [0],
  gradient({ node, inputs: [x, like], gradients: [dy], graph }) {
    return {
      0: () => {
        if (!like!.type) {
          const expected = 'a cast to float16, bfloat16, float32 or float64';
          throw errors.ruleLimit('CastLike', node.name, 'a cast to a type that is not known ahead', expected);
        }
        return castGradient(graph, dy!, x!);
      },
    };
  },
};
