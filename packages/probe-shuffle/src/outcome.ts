import type { Prediction } from '@understory/core';

/** What a model says of a picture, about one class. */
export interface Outcome {
  readonly predicted: number;
  readonly logit: number;
  readonly probability: number;
  /** Of the logit over the best of the others; 0 where there is no other class. */
  readonly margin: number;
  /** In nats. */
  readonly entropy: number;
}

export function outcomeOf({ logits, probabilities, ranking }: Prediction, about: number): Outcome {
  const logit = logits[about]!;
  const other = ranking.find((index) => index !== about);
  return {
    predicted: ranking[0]!,
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
