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
  const mayBeSoftmax = endsWithSoftmax(model, objective.output, input);
  return {
    outputs,
    read(part, tensors) {
      const scores = objectiveValues(part, tensors);
      const values = toFloat32(tensors[objective.output]!);
      const classes = values.length / scores.length;
      return scores.map((value, sample) => {
        const row = values.subarray(sample * classes, (sample + 1) * classes);
        return mayBeSoftmax && isDistribution(row) ? value : Math.exp(value - logSumExp(row));
      });
    },
  };
}

/** Below this the anchors of a normalised logit coincide: the number that divides by their gap would be rounding. */
export const smallestGap = 1e-3;

/** (L - L_perturbed) / (L_original - L_perturbed), section 4.1 of the paper; undefined where the gap is at most `smallestGap`. */
export function normaliser(original: number, perturbed: number): ((value: number) => number) | undefined {
  const gap = original - perturbed;
  return Math.abs(gap) > smallestGap ? (value) => (value - perturbed) / gap : undefined;
}

/** The reason where there is no `normaliser`. */
export const anchorsCoincide = `the logits of the untouched and the fully perturbed picture differ by no more than ${smallestGap}`;

/** Whether the graph says that an output is a softmax, or there is no graph to ask. */
function endsWithSoftmax(model: Model, output: string, input: string): boolean {
  return model.graph === undefined || new ImageClassifier({ model, input, logits: output }).scoreKind === 'probability';
}

function isDistribution(row: Float32Array): boolean {
  return row.every((value) => value >= 0) && Math.abs(row.reduce((sum, value) => sum + value, 0) - 1) <= 1e-3;
}

function logSumExp(row: Float32Array): number {
  const largest = row.reduce((left, right) => Math.max(left, right), -Infinity);
  return largest + Math.log(row.reduce((sum, logit) => sum + Math.exp(logit - largest), 0));
}
