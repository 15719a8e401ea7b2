/** The step size at each step, `step` from 0 to `steps - 1`. */
export type Schedule = (step: number, steps: number) => number;

/** The first step size and the one that a falling schedule ends near, in units of pixels in 0..1. */
interface StepSizes {
  readonly first: number;
  readonly last: number;
}

export function constant({ first }: StepSizes): Schedule {
  return () => first;
}

/** Falls evenly; step `steps`, which is not made, would have the last size. */
export function linear({ first, last }: StepSizes): Schedule {
  return (step, steps) => last + (first - last) * (1 - step / steps);
}

/** Half a wave from the first size down; step `steps`, which is not made, would have the last. The paper, Algorithm 1. */
export function cosine({ first, last }: StepSizes): Schedule {
  return (step, steps) => last + 0.5 * (first - last) * (1 + Math.cos((Math.PI * step) / steps));
}
