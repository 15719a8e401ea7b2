import type { ImageClassifier } from '@understory/core';
import type { Inspection } from './inspect-classifier.ts';

/** A relative difference between two looks at one picture that rounding does not explain. */
const RANDOM = 1e-4;

/** What to know of a model before its robustness is judged, after AutoAttack's checks. */
export function warningsOfModel(classifier: ImageClassifier, inspection: Inspection): readonly string[] {
  const warnings: string[] = [];
  if (inspection.randomness > RANDOM) {
    warnings.push(
      `two looks at one picture differ by ${inspection.randomness.toPrecision(2)} of the logits' length: the model is random, and one gradient says little of it`,
    );
  }
  if (classifier.scoreKind === 'probability') {
    warnings.push(
      `"${classifier.logits}" holds probabilities and no logits can be asked for: the attack works on their logarithms`,
    );
  } else if (inspection.looksLikeProbabilities) {
    warnings.push(`"${classifier.logits}" looks like probabilities: name the logits if the model has them`);
  }
  return warnings;
}

/** Says how often a gradient vanished, if it did. */
export function warningOfGradients(vanished: number, evaluations: number): readonly string[] {
  if (vanished === 0) return [];
  const share = Math.round((100 * vanished) / evaluations);
  return [
    `the gradient was zero at ${vanished} of ${evaluations} evaluations (${share} %): such a failure tells nothing of robustness`,
  ];
}
