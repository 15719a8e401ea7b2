/** The step size at each step, `step` from 0 to `steps - 1`. */
export type Schedule = (step: number, steps: number) => number;

/** The first step size and the one that a falling schedule ends near, in units of pixels in 0..1. */
export interface StepSizes {
  readonly first: number;
  readonly last: number;
}
