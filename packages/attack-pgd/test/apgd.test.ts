import { describe, expect, it } from '@jest/globals';
import { seededRandom } from '@understory/core';
import { apgd } from '../src/index.ts';
import { budgetOf } from '../src/attacks/parts.ts';
import { uniform } from '../src/starts/uniform.ts';
import { checkpoints } from '../src/step-controls/auto-pgd.ts';
import {
  components,
  linearModel,
  normalisation,
  pictures,
  quadraticModel,
  size,
  type ClosedForm,
} from './support/models.ts';
import { normalised, softmax } from './support/plain-attack.ts';

const epsilon = 0.25;
const steps = 25;
const goals = [3, 1, 4];
const pixels = pictures(goals.length, 'apgd');
const originOf = (sample: number) => [...pixels.data.subarray(sample * components, (sample + 1) * components)];

interface Point {
  readonly x: readonly number[];
  readonly value: number;
  readonly gradient: readonly number[];
}

/** Croce and Hein 2020, Algorithm 1, on the logarithm of the target's probability; the pixels of its best point, and the values met. */
function plainApgd(
  model: ClosedForm,
  goal: number,
  origin: readonly number[],
  start: readonly number[],
  norm: 'linf' | 'l2',
) {
  const at = (x: readonly number[]): Point => {
    const z = normalised(x);
    const p = softmax(model.logits(z));
    const slopes = model.slopes(z);
    const gradient = x.map(
      (_, component) =>
        p.reduce((sum, share, index) => sum + ((index === goal ? 1 : 0) - share) * slopes[index]![component]!, 0) /
        normalisation.deviation[Math.floor(component / (size.height * size.width))]!,
    );
    return { x, value: Math.log(p[goal]!), gradient };
  };
  const within = (x: readonly number[]) => {
    const delta = x.map((value, place) => value - origin[place]!);
    const radius = Math.fround(epsilon);
    const length = Math.sqrt(delta.reduce((sum, value) => sum + value * value, 0));
    const kept =
      norm === 'linf'
        ? delta.map((value) => Math.min(radius, Math.max(-radius, value)))
        : delta.map((value) => (length > radius ? value * (radius / length) : value));
    return kept.map((value, place) => Math.min(1, Math.max(0, origin[place]! + value)));
  };
  const along = (gradient: readonly number[]) => {
    if (norm === 'linf') return gradient.map(Math.sign);
    const length = Math.sqrt(gradient.reduce((sum, value) => sum + value * value, 0));
    return gradient.map((value) => value / length);
  };

  const looks = checkpoints(steps);
  let now = at(start);
  let [before, best] = [now.x, now];
  let [step, gains, bestThen, halvedThen] = [2 * epsilon, 0, now.value, true];
  const values = [now.value];
  for (let made = 0; made < steps; made += 1) {
    const direction = along(now.gradient);
    const z = within(now.x.map((value, place) => value + Math.fround(step) * direction[place]!));
    const keep = made === 0 ? 0 : 0.25;
    const next = within(
      now.x.map((value, place) => value + (z[place]! - value) * (1 - keep) + (value - before[place]!) * keep),
    ).map(Math.fround);
    const last = now;
    before = now.x;
    now = at(next);
    values.push(now.value);
    if (now.value > last.value) gains += 1;
    if (now.value > best.value) best = now;
    const place = looks.indexOf(made + 1);
    if (place < 0 || made + 1 === steps) continue;
    const halves = gains < 0.75 * (made + 1 - (looks[place - 1] ?? 0)) || (!halvedThen && best.value === bestThen);
    [gains, bestThen, halvedThen] = [0, best.value, halves];
    if (!halves) continue;
    step /= 2;
    now = best;
    values.push(now.value);
  }
  return { pixels: best.x, values };
}

describe.each(Object.entries({ linear: linearModel(), quadratic: quadraticModel() }))('%s', (_, model) => {
  it.each(['linf', 'l2'] as const)(
    'apgd is the plain Algorithm 1 in %s, and evaluates a best point again when it goes back',
    async (norm) => {
      const attack = apgd({ norm, epsilon, steps, stop: 'never' });
      const { adversarial, samples } = await attack.perturb({
        subject: model.subject,
        pixels,
        goal: { kind: 'targeted', classes: goals },
        seeds: [1, 2, 3],
      });
      const start = uniform(budgetOf({ norm, epsilon }).ball([3, size.height, size.width]));
      const all = new Float32Array(size.height * size.width).fill(1);
      goals.forEach((goal, sample) => {
        const origin = originOf(sample);
        const random = seededRandom(sample + 1)
          .fork('start')
          .fork('0');
        const plain = plainApgd(model, goal, origin, [...start(Float32Array.from(origin), all, random)], norm);
        const { trajectory, evaluations, updates } = samples[sample]!;
        expect(updates).toBe(steps);
        expect(evaluations).toBe(plain.values.length);
        trajectory.probability.forEach((probability, at) => {
          expect(probability).toBeCloseTo(Math.exp(plain.values[at]!), 6);
        });
        plain.pixels.forEach((value, at) => {
          expect(adversarial.data[sample * components + at]! - value).toBeCloseTo(0, 6);
        });
      });
    },
  );
});
