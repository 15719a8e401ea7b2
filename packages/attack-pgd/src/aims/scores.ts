import { expression, float32, type ClassScores, type Expression } from '@understory/core';
import { SMALLEST } from '../per-sample.ts';

/** Logits and probabilities of a classifier, each `[N, C]`. */
export interface Scores {
  readonly logits: Expression;
  readonly probabilities: Expression;
  /** Logits whose softmax is the probability of the best of two classes too, where the logits are z and -z. */
  readonly compared: Expression;
}

/**
 * What a classifier says, made of the tensor that holds its scores; where that holds probabilities, logits are their logarithms.
 * `areProbabilities` says so of a model that has no graph to ask.
 */
export function scoresOf(classes: ClassScores, areProbabilities: boolean): Scores {
  const scores = expression.reshape(expression.tensor(classes.output), [-1]);
  if (classes.positive !== undefined) return scoresOfTwo(classes, scores, classes.positive);
  const closing = areProbabilities ? 'Softmax' : classes.endsWith;
  if (!areProbabilities && classes.kind === 'logit') {
    return of(scores, closing === 'Sigmoid' ? sigmoid(scores) : expression.softmax(scores));
  }
  switch (closing) {
    case 'Softmax':
      return of(logarithm(scores), scores);
    case 'Sigmoid':
      return of(expression.subtract(logarithm(scores), logarithm(expression.subtract(1, scores))), scores);
    default:
      return of(scores, expression.softmax(scores));
  }
}

/** One score `[N, 1]` for two classes: z and -z, or p and 1 - p. */
function scoresOfTwo({ kind, endsWith }: ClassScores, score: Expression, positive: number): Scores {
  const places = (first: number, second: number) =>
    expression.constant(float32(Float32Array.from(positive === 0 ? [first, second] : [second, first]), [1, 2]));
  const signed = expression.multiply(score, places(1, -1));
  if (kind === 'probability' && endsWith === 'Sigmoid') {
    const probabilities = expression.add(signed, places(0, 1));
    return of(logarithm(probabilities), probabilities);
  }
  return { logits: signed, probabilities: sigmoid(signed), compared: expression.multiply(signed, 0.5) };
}

function of(logits: Expression, probabilities: Expression): Scores {
  return { logits, probabilities, compared: logits };
}

function logarithm(of: Expression): Expression {
  return expression.logarithm(expression.maximum(of, SMALLEST));
}

function sigmoid(of: Expression): Expression {
  return expression.divide(1, expression.add(1, expression.exponential(expression.negate(of))));
}
