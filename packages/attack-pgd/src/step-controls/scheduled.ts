import type { Schedule } from '../schedules.ts';
import type { StepControls } from './step-control.ts';

/** Step sizes that are known ahead. */
export function scheduled(schedule: Schedule): StepControls {
  return {
    usesInertia: false,
    begin(steps) {
      let step = 0;
      let size = schedule(0, steps);
      return {
        get size() {
          return size;
        },
        inertia: 0,
        observe() {
          step += 1;
          size = schedule(step, steps);
          return 'step';
        },
      };
    },
  };
}
