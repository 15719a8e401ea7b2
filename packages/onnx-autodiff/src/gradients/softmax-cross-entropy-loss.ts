import type { Decomposition } from '../gradient-rule.ts';
import { meanLoss } from '../support/loss.ts';

export const softmaxCrossEntropyLoss: Decomposition = {
  operator: 'SoftmaxCrossEntropyLoss',
  opsets: [12, 26],
  covers:
    'Every reduction, any number of places, weights, ignore_index; gradients of scores and weights, from the loss and from log_prob.',
  inputs: [0, 2],
  decompose: (context) => {
    const scores = context.graph.op('LogSoftmax', [context.inputs[0]], { axis: 1 });
    return [meanLoss(context, scores), scores];
  },
};
