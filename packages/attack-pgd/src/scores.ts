import { expression, type Expression, type ImageClassifier } from '@understory/core';
import { SMALLEST } from './per-sample.ts';

/** Logits and probabilities of a classifier, each `[N, C]`. */
export interface Scores {
  readonly logits: Expression;
  readonly probabilities: Expression;
}

/**
 * What a classifier says, made of the tensor that it calls its logits; where that holds probabilities, logits are their logarithms.
 * `areProbabilities` says so of a model that has no graph to ask.
 */
export function scoresOf(classifier: ImageClassifier, areProbabilities: boolean): Scores {
  const scores = expression.reshape(expression.tensor(classifier.logits), [-1]);
  const closing = areProbabilities ? 'Softmax' : classifier.endsWith;
  if (!areProbabilities && classifier.scoreKind === 'logit') {
    return { logits: scores, probabilities: closing === 'Sigmoid' ? sigmoid(scores) : expression.softmax(scores) };
  }
  switch (closing) {
    case 'Softmax':
      return { logits: logarithm(scores), probabilities: scores };
    case 'Sigmoid':
      return {
        logits: expression.subtract(logarithm(scores), logarithm(expression.subtract(1, scores))),
        probabilities: scores,
      };
    default:
      return { logits: scores, probabilities: expression.softmax(scores) };
  }
}

function logarithm(of: Expression): Expression {
  return expression.logarithm(expression.maximum(of, SMALLEST));
}

function sigmoid(of: Expression): Expression {
  return expression.divide(1, expression.add(1, expression.exponential(expression.negate(of))));
}
