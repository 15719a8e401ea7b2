import type { ClassScores } from '@understory/core';
import type { Inspection } from './inspect-subject.ts';

/** A relative difference between two looks at one picture that rounding does not explain. */
const RANDOM = 1e-4;

/** Says that a model is random, after AutoAttack's checks; `what` was looked at. */
export function warningOfRandomness({ randomness }: Inspection, what: string): readonly string[] {
  if (randomness <= RANDOM) return [];
  return [
    `two looks at one picture differ by ${randomness.toPrecision(2)} of the ${what}' length: the model is random, and one gradient says little of it`,
  ];
}

/** Says that scores are probabilities or look like them, after AutoAttack's checks. */
export function warningOfProbabilities({ kind, output }: ClassScores, inspection: Inspection): readonly string[] {
  if (kind === 'probability') {
    return [`"${output}" holds probabilities and no logits can be asked for: the attack works on their logarithms`];
  }
  if (!inspection.looksLikeProbabilities) return [];
  return [`"${output}" looks like probabilities: name the logits if the model has them`];
}

/** Says how often a gradient vanished, if it did. */
export function warningOfGradients(vanished: number, evaluations: number): readonly string[] {
  if (vanished === 0) return [];
  const share = Math.round((100 * vanished) / evaluations);
  return [
    `the gradient was zero at ${vanished} of ${evaluations} evaluations (${share} %): such a failure tells nothing of robustness`,
  ];
}
