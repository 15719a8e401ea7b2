import type { Prediction } from '@understory/core';

/** What a model says of a picture, about one target. */
export interface Outcome {
  /** Null of a model that is no classifier, as with the margin and the entropy. */
  readonly predicted: number | null;
  /** The number of the target: of a class its logit. */
  readonly logit: number;
  readonly probability: number | null;
  /** Of the logit over the best of the others; 0 where there is no other class. */
  readonly margin: number | null;
  /** In nats. */
  readonly entropy: number | null;
}

/** The outcome of a classifier about one class. */
export function outcomeOfClass({ logits, probabilities, ranking, decision }: Prediction, about: number): Outcome {
  const logit = logits[about]!;
  const other = ranking.find((index) => index !== about);
  return {
    predicted: decision,
    logit,
    probability: probabilities[about]!,
    margin: other === undefined ? 0 : logit - logits[other]!,
    entropy: entropy(probabilities),
  };
}

/** Of probabilities scaled to a sum of 1, as those of a sigmoid are not. */
function entropy(probabilities: Float32Array): number {
  let [total, weighted] = [0, 0];
  for (const probability of probabilities) {
    total += probability;
    if (probability > 0) weighted += probability * Math.log(probability);
  }
  return total > 0 ? Math.max(0, Math.log(total) - weighted / total) : 0;
}
