import { describe, expect, it } from '@jest/globals';
import { seededRandom } from '@understory/core';
import { autoPgd, checkpoints } from '../../src/step-controls/auto-pgd.ts';

describe('checkpoints', () => {
  it('are those of the paper for 100 steps', () => {
    // p: 0.22, 0.41, 0.57, 0.70, 0.80, 0.87, 0.93, 0.99.
    expect(checkpoints(100)).toEqual([22, 41, 57, 70, 80, 87, 93, 99]);
  });

  it('are there for few steps, each once', () => {
    expect(checkpoints(1)).toEqual([1]);
    expect(checkpoints(5)).toEqual([2, 3, 4, 5]);
  });
});

/** Croce and Hein 2020, Algorithm 1, over a list of objectives that the iterates would have: the size at each step. */
function plainSizes(objectives: readonly number[], steps: number, epsilon: number): readonly number[] {
  const looks = new Set(checkpoints(steps));
  const order = [...looks];
  let [size, best, bestThen, sizeThen] = [2 * epsilon, objectives[0]!, objectives[0]!, Infinity];
  let before = objectives[0]!;
  let gains = 0;
  const sizes = [size];
  for (let made = 1; made < steps; made += 1) {
    const objective = objectives[made]!;
    if (objective > before) gains += 1;
    before = objective;
    best = Math.max(best, objective);
    if (looks.has(made)) {
      const place = order.indexOf(made);
      const between = made - (place === 0 ? 0 : order[place - 1]!);
      const halves = gains < 0.75 * between || (sizeThen === size && bestThen === best);
      sizeThen = size;
      if (halves) {
        size /= 2;
        before = best;
      }
      bestThen = best;
      gains = 0;
    }
    sizes.push(size);
  }
  return sizes;
}

it('halves the step as Algorithm 1 does, and evaluates the best point again each time', () => {
  const [steps, epsilon] = [60, 0.1];
  for (let seed = 0; seed < 30; seed += 1) {
    const random = seededRandom(seed);
    const drift = random.uniform();
    let level = 0;
    const objectives = Array.from({ length: steps + 1 }, (_, at) => {
      level += random.uniform() < drift ? 0.1 : -0.1;
      return at > 40 && seed % 3 === 0 ? -5 : level;
    });
    const control = autoPgd(epsilon).begin(steps);
    const sizes: number[] = [];
    let backs = 0;
    for (let made = 0; made < steps; made += 1) {
      if (control.observe(objectives[made]!) === 'back') {
        backs += 1;
        expect(control.observe(Math.max(...objectives.slice(0, made + 1)))).toBe('step');
      }
      sizes.push(control.size);
    }
    const plain = plainSizes(objectives, steps, epsilon);
    expect(sizes).toEqual(plain);
    expect(backs).toBe(new Set(plain).size - 1);
  }
});

it('keeps a quarter of the last change, from the second step on', () => {
  const control = autoPgd(0.1).begin(10);
  expect(control.inertia).toBe(0);
  control.observe(1);
  expect(control.inertia).toBe(0.25);
});
