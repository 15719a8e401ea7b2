import type { AttackBudget } from '@understory/core';
import type { Direction } from './directions/direction.ts';
import type { Ball } from './norms/norm.ts';
import type { AttackObjective } from './objectives/objective.ts';
import type { Start } from './starts/start.ts';
import type { StepControls } from './step-controls/step-control.ts';
import type { StopRule } from './stop-rules.ts';

/** What projected gradient descent is made of; every attack of this package is one choice of it. */
export interface Settings {
  /** How errors call the attack. */
  readonly name: string;
  readonly budget: AttackBudget;
  /** For samples of dimensions `[C, H, W]`. */
  readonly ball: (dims: readonly number[]) => Ball;
  /** Of goals that are classes; a number that is raised is the objective itself. */
  readonly objective: AttackObjective;
  readonly direction: Direction;
  readonly controls: StepControls;
  /** How many times the pixels are changed at most. */
  readonly steps: number;
  /** Absent means at the untouched pixels. */
  readonly start?: (ball: Ball) => Start;
  /** How many starts a sample is given at most; a further one only while there is no success. */
  readonly restarts: number;
  /** How much of the gathered gradient is carried over; 0 means that none is gathered. */
  readonly momentum: number;
  readonly stop: StopRule;
  /** What a run that did not stop hands back: its last pixels, or the best that it saw. */
  readonly keep: 'last' | 'best';
  /** Whether the pixels after the last step are evaluated, which is one evaluation more. */
  readonly looksLast: boolean;
  /** How many samples are evaluated at once. */
  readonly batch: number;
}
