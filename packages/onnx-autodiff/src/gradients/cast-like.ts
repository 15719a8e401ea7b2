import { errors } from '../errors.ts';
import type { GradientRule } from '../gradient-rule.ts';
import { isFloat } from '../types.ts';

export const castLike: GradientRule = {
  operator: 'CastLike',
  opsets: [15, 26],
  covers: 'As Cast; the tensor that gives the type has no gradient.',
  inputs: [0],
  gradient({ node, inputs: [x, like], gradients: [dy], graph }) {
    return {
      0: () => {
        if (!isFloat(like!.type)) {
          const found = like!.type ?? 'a type that is not known ahead';
          throw errors.ruleLimit(
            'CastLike',
            node.name,
            `a cast to ${found}`,
            'a cast to float16, bfloat16, float32 or float64',
          );
        }
        return isFloat(x!.type) ? graph.cast(dy!, x!.type!) : dy!;
      },
    };
  },
};
