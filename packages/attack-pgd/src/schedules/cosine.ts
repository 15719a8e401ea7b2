import type { Schedule, StepSizes } from './schedule.ts';

/** Half a wave from the first size down; step `steps`, which is not made, would have the last. The paper, Algorithm 1. */
export function cosine({ first, last }: StepSizes): Schedule {
  return (step, steps) => last + 0.5 * (first - last) * (1 + Math.cos((Math.PI * step) / steps));
}
