import type { Expression, Program, Tensors, TensorSpec } from '@understory/core';
import type { Sample } from '../attempt.ts';
import type { Inspection } from '../inspect-subject.ts';

/** The part of a step program that depends on what the attack is after. */
export interface AimParts {
  /** What it is fed beside the pixels. */
  readonly inputs: readonly TensorSpec[];
  /** What grows, `[N, 1]`. */
  readonly value: Expression;
  /** What is handed back for `judge`. */
  readonly outputs: Program['outputs'];
}

/** What one request is after, as the loop and its program need it. */
export interface Aim {
  /** The same text for requests that one compiled program serves. */
  readonly form: string;
  /** The outputs and layers that the objective reads. */
  readonly reads: readonly string[];
  parts(inspection: Inspection): AimParts;
  /** Looks at untouched samples in batches, where what the model says of them has to be known before the first evaluation. */
  begin(samples: readonly Sample[], batch: number): Promise<void>;
  /** What `inputs` are fed for samples that share a batch. */
  feeds(samples: readonly Sample[], inspection: Inspection): Tensors;
  /** The numbers of an evaluation that must not be NaN. */
  scores(outputs: Tensors): Float32Array;
  /** Writes an evaluation into the trajectories of its samples; whether each has reached the goal. */
  judge(outputs: Tensors, samples: readonly Sample[]): readonly boolean[];
  /** What a reader should know of the model. */
  warnings(inspection: Inspection): readonly string[];
}
