import type { StopRule } from './stop-rule.ts';

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
