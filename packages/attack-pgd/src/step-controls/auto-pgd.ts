import type { StepControls } from './step-control.ts';

/** Croce and Hein 2020, section 4: how much of the last change is kept, and the share of steps that have to gain. */
const INERTIA = 0.25;
const RHO = 0.75;

/** The steps after which the size is looked at again: ceil(p `steps`). Croce and Hein 2020, section 4. */
export function checkpoints(steps: number): readonly number[] {
  const places: number[] = [];
  for (let [before, share] = [0, 0.22]; share <= 1 + 1e-9;) {
    places.push(Math.ceil(share * steps - 1e-9));
    [before, share] = [share, share + Math.max(share - before - 0.03, 0.06)];
  }
  return [...new Set(places)];
}

/**
 * Begins with `2 epsilon`; at each checkpoint where too few steps gained, or neither size nor best changed since the last one, the size is
 * halved and the best point taken up again, which costs an evaluation more. Croce and Hein 2020, Algorithm 1.
 */
export function autoPgd(epsilon: number): StepControls {
  return {
    usesInertia: true,
    begin(steps) {
      const looks = checkpoints(steps);
      let [size, seen, gains, last] = [2 * epsilon, 0, 0, -Infinity];
      let [best, bestBefore, halvedBefore] = [-Infinity, -Infinity, true];
      let place = 0;
      let isRepeat = false;
      return {
        get size() {
          return size;
        },
        get inertia() {
          return seen === 0 ? 0 : INERTIA;
        },
        observe(objective) {
          if (isRepeat) {
            isRepeat = false;
            return 'step';
          }
          if (seen > 0 && objective > last) gains += 1;
          last = objective;
          best = Math.max(best, objective);
          if (seen === 0) bestBefore = best;
          seen += 1;
          const made = seen - 1;
          if (made === 0 || made !== looks[place]) return 'step';
          const between = made - (looks[place - 1] ?? 0);
          const isHalved = gains < RHO * between || (!halvedBefore && best <= bestBefore);
          [place, gains, bestBefore, halvedBefore] = [place + 1, 0, best, isHalved];
          if (!isHalved) return 'step';
          size /= 2;
          isRepeat = true;
          last = best;
          return 'back';
        },
      };
    },
  };
}
