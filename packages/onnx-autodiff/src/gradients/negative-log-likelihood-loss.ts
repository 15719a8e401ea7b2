import type { Decomposition } from '../gradient-rule.ts';
import { meanLoss } from '../support/loss.ts';

export const negativeLogLikelihoodLoss: Decomposition = {
  operator: 'NegativeLogLikelihoodLoss',
  opsets: [12, 26],
  covers:
    'Every reduction, any number of places, weights, ignore_index; gradients of the logarithms of probabilities and of weights.',
  inputs: [0, 2],
  decompose: (context) => [meanLoss(context, context.inputs[0]!)],
};
