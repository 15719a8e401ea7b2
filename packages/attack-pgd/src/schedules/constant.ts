import type { Schedule, StepSizes } from './schedule.ts';

export function constant({ first }: StepSizes): Schedule {
  return () => first;
}
