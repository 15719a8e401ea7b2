import type { ClassGoal, Expression } from '@understory/core';

/** What an objective is made of. */
interface ObjectiveParts {
  /** `[N, C]`. */
  readonly logits: Expression;
  /** The class of the goal, int64 `[N]`. */
  readonly goal: Expression;
  /** The class that the model says of the untouched sample, int64 `[N]`. */
  readonly original: Expression;
  readonly kind: ClassGoal['kind'];
}

/** A number of the logits that an attack makes larger. */
export interface AttackObjective {
  /** How options call it. */
  readonly id: string;
  /** How many classes it takes for such a goal. */
  readonly classes: (kind: ClassGoal['kind']) => number;
  /** Whether it asks for the class of the untouched sample for such a goal. */
  readonly needsOriginal: (kind: ClassGoal['kind']) => boolean;
  /** `[N, 1]`; the attack follows it upwards. */
  readonly value: (parts: ObjectiveParts) => Expression;
}
