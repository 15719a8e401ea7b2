import type { StopRule } from './stop-rule.ts';

/** The target is the best class, or the class to leave is not. */
export const misclassification: StopRule = {
  stops: true,
  isReached: ({ best }, goal) => (best === goal.class) === (goal.kind === 'targeted'),
};
