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

/** The target is the best class, or the class to leave is not. */
export const misclassification: StopRule = {
  stops: true,
  isReached: ({ best }, goal) => (best === goal.class) === (goal.kind === 'targeted'),
};

/** Success is that of `misclassification`; all steps are made. */
export const never: StopRule = { ...misclassification, stops: false };

/** The target's probability is larger than `threshold`, or that of all classes but the one to leave is. The paper, section 5.5. */
export function probability(threshold: number): StopRule {
  return {
    stops: true,
    isReached({ probabilities }, goal) {
      const own = probabilities[goal.class]!;
      return goal.kind === 'targeted' ? own > threshold : 1 - own > threshold;
    },
  };
}
