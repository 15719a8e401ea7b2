import type { ShapeRule, ShapeRules } from './shape-rule.ts';

/** A loss, of every place where it is not reduced, and the logarithms of probabilities that the scores give. */
const loss: ShapeRule = (c) => {
  const scores = c.input(0);
  c.set(0, scores?.type, c.node.string('reduction', 'mean') === 'none' ? c.input(1)?.shape : []);
  c.set(1, scores?.type, scores?.shape);
};

export const lossShapes: ShapeRules = { NegativeLogLikelihoodLoss: loss, SoftmaxCrossEntropyLoss: loss };
