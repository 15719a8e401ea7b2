import type { Objective } from './contracts/objective.ts';

/** An operator that turns logits into probabilities, in ONNX vocabulary. */
export type ClosingOperator = 'Softmax' | 'LogSoftmax' | 'Sigmoid';

/** What a classifier says of one sample. */
export interface Prediction {
  /**
   * One a class; where the model only gives probabilities, their logarithms. `softmax(logits)`, or the sigmoid of each, is `probabilities`.
   * Of a model with one logit z for two classes they are z and -z.
   */
  readonly logits: Float32Array;
  /** One a class; they sum to 1, except where the model ends with a sigmoid, and so judges each class by itself. */
  readonly probabilities: Float32Array;
  /** Classes from best to worst; of equal ones the lower index first. */
  readonly ranking: readonly number[];
  /** The class that the model decides on. */
  readonly decision: number;
}

/** Where the scores of classes lie, and how they become probabilities. */
export interface ClassScores {
  /** The tensor that holds them: an output, or the layer in front of the softmax or sigmoid that the model ends with. */
  readonly output: string;
  /** `probability` where the model ends with a softmax or sigmoid and what is in front of it cannot be asked for. */
  readonly kind: 'logit' | 'probability';
  /** What the model makes of its logits at its end, or what they are made for where it is known that each class is judged by itself; undefined where neither tells. */
  readonly endsWith: ClosingOperator | undefined;
  /** Undefined where neither the model nor the labels tell. */
  readonly count: number | undefined;
  /** The class that the one score of a sample is of, where there is one for two classes; the other class has its negative. */
  readonly positive: number | undefined;
  /** The score of one class a sample; throws CLASS_OUT_OF_RANGE. */
  objective(classes: readonly number[]): Objective;
}
