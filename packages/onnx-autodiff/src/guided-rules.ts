import type { GradientContext, GradientRule, OperatorRule } from './gradient-rule.ts';
import { clip } from './gradients/clip.ts';
import { leakyRelu } from './gradients/leaky-relu.ts';
import { pRelu } from './gradients/p-relu.ts';
import { relu } from './gradients/relu.ts';
import { thresholdedRelu } from './gradients/thresholded-relu.ts';

/**
 * Rules of guided backpropagation, for `DifferentiableGraphOptions.rules`: the gradient that reaches a ReLU is cut off at 0 before
 * its own rule is applied. A Clip is one where its lower bound is the constant 0, as that of ReLU6. Springenberg et al. 2015,
 * "Striving for Simplicity: The All Convolutional Net", section 3.4.
 */
export const guidedRules: readonly OperatorRule[] = [
  guided(relu),
  guided(leakyRelu),
  guided(pRelu),
  guided(thresholdedRelu),
  guided(clip, ({ inputs: [, low], graph }) => graph.numbers(low)?.[0] === 0),
];

function guided(rule: GradientRule, rectifies: (context: GradientContext) => boolean = () => true): GradientRule {
  return {
    ...rule,
    gradient(context) {
      if (!rectifies(context)) return rule.gradient(context);
      const gradients = context.gradients.map((gradient) => gradient && context.graph.op('Relu', [gradient]));
      return rule.gradient({ ...context, gradients });
    },
  };
}
