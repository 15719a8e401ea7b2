/** Chooses the step sizes of one sample as it goes. */
export interface StepControl {
  /** Of the step that follows the next evaluation, in units of pixels in 0..1. */
  readonly size: number;
  /** How much of the last change that step keeps, 0..1. */
  readonly inertia: number;
  /** Told the objective after an evaluation: whether to make that step, or to go back to the best point and evaluate it again. */
  observe(objective: number): 'step' | 'back';
}

/** Makes a control for each sample; one that goes back needs the best point to be kept. */
export interface StepControls {
  readonly usesInertia: boolean;
  begin(steps: number): StepControl;
}
