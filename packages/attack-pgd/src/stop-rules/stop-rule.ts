import type { ClassGoal } from '@understory/core';

/** What a model says of one sample. */
interface Verdict {
  /** The class of the largest logit; of equal ones the lowest. */
  readonly best: number;
  readonly probabilities: Float32Array;
}

/** Says when an attack has what it is after, and whether it ends then. */
export interface StopRule {
  readonly stops: boolean;
  readonly isReached: (verdict: Verdict, goal: ClassGoal) => boolean;
}
