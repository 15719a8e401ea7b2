import type { Attack, ClassGoal, Prediction } from '@understory/core';

/** Whether a prediction is what an attack is after: as it says itself, else as the best class says. */
export function isReached(attack: Attack, prediction: Prediction, goal: ClassGoal): boolean {
  if (attack.isReached !== undefined) return attack.isReached(prediction, goal);
  return (prediction.decision === goal.class) === (goal.kind === 'targeted');
}
