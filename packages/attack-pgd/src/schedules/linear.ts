import type { Schedule, StepSizes } from './schedule.ts';

/** Falls evenly; step `steps`, which is not made, would have the last size. */
export function linear({ first, last }: StepSizes): Schedule {
  return (step, steps) => last + (first - last) * (1 - step / steps);
}
