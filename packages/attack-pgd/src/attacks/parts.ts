import type { Direction } from '../directions/direction.ts';
import { l1 as alongLargest } from '../directions/l1.ts';
import { l2 as alongLength } from '../directions/l2.ts';
import { sign } from '../directions/sign.ts';
import { l1 } from '../norms/l1.ts';
import { l2 } from '../norms/l2.ts';
import { linf } from '../norms/linf.ts';
import { crossEntropy } from '../objectives/cross-entropy.ts';
import { logitsRatio } from '../objectives/logits-ratio.ts';
import { margin } from '../objectives/margin.ts';
import type { AttackObjective } from '../objectives/objective.ts';
import type { Settings } from '../settings.ts';
import { misclassification, never, probability, type StopRule } from '../stop-rules.ts';
import type { BudgetValues, DirectionValues, EndValues, ObjectiveValues } from './options.ts';

export function budgetOf({ norm, epsilon }: BudgetValues): Pick<Settings, 'budget' | 'ball'> {
  return {
    budget: { norm, epsilon },
    ball: (dims) => ({ linf: () => linf(epsilon), l2: () => l2(epsilon), l1: () => l1(epsilon, dims) })[norm](),
  };
}

export function objectiveOf({ objective, confidence }: ObjectiveValues): AttackObjective {
  return { 'cross-entropy': crossEntropy, margin: margin(confidence), dlr: logitsRatio }[objective];
}

export function directionOf({ direction, sparsity, norm }: DirectionValues & BudgetValues): Direction {
  const chosen = direction === 'steepest' ? ({ linf: 'sign', l2: 'l2', l1: 'l1' } as const)[norm] : direction;
  return { sign, l2: alongLength, l1: alongLargest(sparsity) }[chosen];
}

export function stopOf({ stop, threshold }: Pick<EndValues, 'stop' | 'threshold'>): StopRule {
  return { probability: probability(threshold), misclassification, never }[stop];
}
