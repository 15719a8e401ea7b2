import { ImageClassifier, objectiveValues, outputsOf, toFloat32 } from '@understory/core';
import type { MetricRequest, Objective, OptionSchema, Tensors } from '@understory/core';
import { faithfulnessErrors } from './errors.ts';

/**
 * What a curve is drawn of: the explained number as it is (`logit`), the same between its values on the untouched and on the fully
 * perturbed picture (`normalised-logit`), or the probability of the explained class.
 */
export type Score = 'normalised-logit' | 'logit' | 'probability';

/** Which of the two is read where nothing is normalised. */
export const scoreOption = <Default extends 'logit' | 'probability'>(read: Default) =>
  ({
    score: {
      type: 'choice',
      default: read,
      choices: ['logit', 'probability'],
      description: 'What is read of the model.',
    },
  }) as const satisfies OptionSchema;

/** How a score is read from what a model computes. */
export interface ScoreReader {
  readonly outputs: readonly string[];
  /** One number a sample; `objective` is that of these samples of the request's batch. */
  read(objective: Objective, outputs: Tensors, samples: readonly number[]): Float64Array;
}

/** What a reader needs of a request. */
type Asked = Pick<MetricRequest, 'model' | 'objective' | 'probability'>;

/**
 * Reads the explained number itself, or the probability of what is explained: as the request gives it, else of the class of a score of
 * `[N, classes]`. Throws SCORE_NOT_A_CLASS where there is none.
 */
export function scoreReader(score: Score, asked: Asked, input: string): ScoreReader {
  const outputs = outputsOf(asked.objective);
  if (score !== 'probability') return { outputs, read: objectiveValues };
  const probability = asked.probability ?? classProbability(asked, input);
  return {
    outputs,
    read(part, tensors, samples) {
      // Throws where the part asks for a class that is not there.
      objectiveValues(part, tensors);
      return probability(tensors, samples);
    },
  };
}

function classProbability({ model, objective }: Asked, input: string): NonNullable<MetricRequest['probability']> {
  if (objective.kind !== 'score') throw faithfulnessErrors.scoreNotAClass({ found: `a ${objective.kind} objective` });
  const deep = objective.index.find((index) => index.length < 1 || index.slice(1).some((place) => place !== 0));
  if (deep !== undefined) throw faithfulnessErrors.scoreNotAClass({ found: `the element [${deep.join(', ')}]` });
  const classifier = new ImageClassifier({ model, input, logits: objective.output });
  return (tensors, samples) => {
    const values = toFloat32(tensors[objective.output]!);
    const classes = values.length / samples.length;
    return Float64Array.from(samples, (sample, at) => {
      const [index = 0] = objective.index[sample]!;
      return classifier.probabilitiesOf(values.subarray(at * classes, (at + 1) * classes))[index]!;
    });
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
