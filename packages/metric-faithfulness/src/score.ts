import { ImageClassifier, objectiveValues, outputsOf, toFloat32 } from '@understory/core';
import type { Model, Objective, Tensors } from '@understory/core';
import { faithfulnessErrors } from './errors.ts';

/**
 * What a curve is drawn of: the explained number as it is (`logit`), the same between its values on the untouched and on the fully
 * perturbed picture (`normalised-logit`), or the probability of the explained class.
 */
export type Score = 'normalised-logit' | 'logit' | 'probability';

/** How a score is read from what a model computes. */
export interface ScoreReader {
  readonly outputs: readonly string[];
  /** One number a sample; `objective` is that of these samples. */
  read(objective: Objective, outputs: Tensors): Float64Array;
}

/** Reads the explained number itself, or the probability of its class; throws SCORE_NOT_A_CLASS. */
export function scoreReader(score: Score, model: Model, objective: Objective, input: string): ScoreReader {
  const outputs = outputsOf(objective);
  if (score !== 'probability') return { outputs, read: objectiveValues };
  if (objective.kind !== 'score') throw faithfulnessErrors.scoreNotAClass({ found: `a ${objective.kind} objective` });
  const deep = objective.index.find((index) => index.length < 1 || index.slice(1).some((place) => place !== 0));
  if (deep !== undefined) throw faithfulnessErrors.scoreNotAClass({ found: `the element [${deep.join(', ')}]` });
  const classifier = new ImageClassifier({ model, input, logits: objective.output });
  return {
    outputs,
    read(part, tensors) {
      // Throws where the part asks for a class that is not there.
      const count = objectiveValues(part, tensors).length;
      const values = toFloat32(tensors[objective.output]!);
      const classes = values.length / count;
      return Float64Array.from((part as typeof objective).index, ([index = 0], sample) => {
        const row = values.subarray(sample * classes, (sample + 1) * classes);
        return classifier.probabilities(row)[index]!;
      });
    },
  };
}

/** Below this the anchors of a normalised logit coincide: the number that divides by their gap would be rounding. */
const smallestGap = 1e-3;

/** (L - L_perturbed) / (L_original - L_perturbed), section 4.1 of the paper; undefined where the gap is at most `smallestGap`. */
export function normaliser(original: number, perturbed: number): ((value: number) => number) | undefined {
  const gap = original - perturbed;
  return Math.abs(gap) > smallestGap ? (value) => (value - perturbed) / gap : undefined;
}

/** The reason where there is no `normaliser`. */
export const anchorsCoincide = `the logits of the untouched and the fully perturbed picture differ by no more than ${smallestGap}`;
