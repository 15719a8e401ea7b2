import { describe, expect, it } from '@jest/globals';
import type { AttackRequest, AttackResult } from '@understory/core';
import { miFgsm, pgd, type PgdOptions } from '../src/index.ts';
import { components, linearModel, masksOf, pictures, quadraticModel, type ClosedForm } from './support/models.ts';
import { best, normalised, plainAttack, type PlainAttack, type PlainLook } from './support/plain-attack.ts';

const samples = 3;
const steps = 6;
const pixels = pictures(samples);
const models = { linear: linearModel(), quadratic: quadraticModel() };
const wanted = [3, 1, 4];
const binary = masksOf(samples, 'binary', (uniform) => (uniform < 0.6 ? 1 : 0));
const weighted = masksOf(samples, 'weights', (uniform) => Math.max(0, 1.3 * uniform - 0.3));

const never = { stop: 'never', keep: 'last', lastLook: true, steps, start: 'none' } as const;

const originOf = (sample: number) => [...pixels.data.subarray(sample * components, (sample + 1) * components)];

/** To leave, the class that the model says. */
const goalsOf = (model: ClosedForm, kind: PlainAttack['kind']) =>
  kind === 'targeted' ? wanted : wanted.map((_, sample) => best(model.logits(normalised(originOf(sample)))));

const plainOf = (model: ClosedForm, sample: number, changes: Partial<PlainAttack>): PlainAttack => ({
  model,
  origin: originOf(sample),
  mask: [...binary[sample]!.data],
  kind: 'targeted',
  goal: goalsOf(model, changes.kind ?? 'targeted')[sample]!,
  epsilon: 0.1,
  norm: 'linf',
  direction: 'sign',
  sparsity: 0.9,
  objective: 'cross-entropy',
  confidence: 2,
  sizes: Array.from({ length: steps }, () => 0.03),
  momentum: 0,
  ...changes,
});

const requestOf = (model: ClosedForm, kind: PlainAttack['kind'] = 'targeted'): AttackRequest => ({
  subject: model.subject,
  pixels,
  goal: { kind, classes: goalsOf(model, kind) },
  masks: binary,
  seeds: [1, 2, 3],
});

function expectPlain({ adversarial, samples: found }: AttackResult, attackOf: (sample: number) => PlainAttack) {
  for (let sample = 0; sample < samples; sample += 1) {
    const attack = attackOf(sample);
    const looks: readonly PlainLook[] = plainAttack(attack);
    const changed = [...adversarial.data.subarray(sample * components, (sample + 1) * components)];
    expect(changed).toEqual(looks.at(-1)!.pixels);
    expect(found[sample]!.evaluations).toBe(looks.length);
    expect(found[sample]!.updates).toBe(looks.length - 1);
    const { goal } = attack;
    expect(found[sample]!.trajectory.logit).toEqual(looks.map(({ logits }) => Math.fround(logits[goal]!)));
    found[sample]!.trajectory.probability.forEach((probability, at) => {
      expect(probability).toBeCloseTo(looks[at]!.probabilities[goal]!, 7);
    });
  }
}

describe('projected gradient descent is the plain one step by step', () => {
  const parts = [
    { norm: 'linf', direction: 'sign', epsilon: 0.1, alpha: 0.03 },
    { norm: 'l2', direction: 'l2', epsilon: 0.4, alpha: 0.15 },
    { norm: 'l1', direction: 'l1', epsilon: 1.5, alpha: 0.5 },
    { norm: 'l2', direction: 'sign', epsilon: 0.4, alpha: 0.05 },
    { norm: 'l1', direction: 'l2', epsilon: 1.5, alpha: 0.4 },
    { norm: 'linf', direction: 'l1', epsilon: 0.1, alpha: 0.2 },
  ] as const;

  for (const [name, model] of Object.entries(models)) {
    for (const kind of ['targeted', 'untargeted'] as const) {
      for (const objective of ['cross-entropy', 'margin', 'dlr'] as const) {
        it.each(parts)(`${name}, ${kind}, ${objective}, $direction in $norm`, async (part) => {
          // Short enough that no goal becomes the third class, where its ratio is 1 and rounding alone has a gradient.
          const reach = objective === 'dlr' && kind === 'untargeted' ? 0.1 : 1;
          const { norm, direction } = part;
          const [epsilon, alpha] = [reach * part.epsilon, reach * part.alpha];
          const settings = { objective, confidence: 2, sparsity: 0.9, norm, direction, epsilon } as const;
          const attack = pgd({ ...never, ...settings, alpha, schedule: 'constant', alphaUnit: 'pixels' });
          const sizes = Array.from({ length: steps }, () => alpha);
          expectPlain(await attack.perturb(requestOf(model, kind)), (sample) =>
            plainOf(model, sample, { ...settings, kind, sizes }),
          );
        });
      }
    }
  }

  const falling: readonly (readonly [Partial<PgdOptions>, (step: number) => number])[] = [
    [
      { schedule: 'cosine', alpha: 0.5 },
      (step) => 0.01 + 0.5 * (0.05 - 0.01) * (1 + Math.cos((Math.PI * step) / steps)),
    ],
    [{ schedule: 'linear', alpha: 0.5 }, (step) => 0.01 + (0.05 - 0.01) * (1 - step / steps)],
    [{ schedule: 'linear', alpha: 0.05, alphaUnit: 'pixels' }, (step) => 0.01 + (0.05 - 0.01) * (1 - step / steps)],
    [{ schedule: 'constant', alpha: 0.5 }, () => 0.05],
  ];
  it.each(falling)('with the schedule %o', async (options, sizeOf) => {
    const attack = pgd({ ...never, epsilon: 0.1, alphaMin: 0.01, ...options });
    const sizes = Array.from({ length: steps }, (_, step) => sizeOf(step));
    expectPlain(await attack.perturb(requestOf(models.quadratic)), (sample) =>
      plainOf(models.quadratic, sample, { sizes }),
    );
  });

  it('gathers gradients of L1 length 1 with momentum', async () => {
    const attack = miFgsm({ epsilon: 0.1, steps, alpha: 0.03, momentum: 0.8, stop: 'never', keep: 'last' });
    expectPlain(await attack.perturb(requestOf(models.quadratic, 'untargeted')), (sample) =>
      plainOf(models.quadratic, sample, { kind: 'untargeted', momentum: 0.8 }),
    );
  });

  it('steps by the weights of a mask that is not of 0 and 1', async () => {
    for (const direction of ['sign', 'l2'] as const) {
      const options = { schedule: 'constant', alpha: 0.03, alphaUnit: 'pixels', epsilon: 0.1, direction } as const;
      const found = await pgd({ ...never, ...options }).perturb({ ...requestOf(models.linear), masks: weighted });
      expectPlain(found, (sample) => plainOf(models.linear, sample, { direction, mask: [...weighted[sample]!.data] }));
    }
  });

  it('leaves a sample where the margin is reached', async () => {
    const settings = { objective: 'margin', confidence: 0, epsilon: 1 } as const;
    const attack = pgd({ ...never, ...settings, alpha: 0.5, schedule: 'constant', alphaUnit: 'pixels' });
    const plain = (sample: number) =>
      plainOf(models.linear, sample, { ...settings, sizes: Array.from({ length: steps }, () => 0.5) });
    const found = await attack.perturb(requestOf(models.linear));
    expectPlain(found, plain);
    for (const [sample, { warnings }] of found.samples.entries()) {
      const looks = plainAttack(plain(sample));
      const reached = looks.findIndex(({ logits }) => best(logits) === wanted[sample]);
      expect(reached).toBeGreaterThan(0);
      expect(looks.at(-1)!.pixels).toEqual(looks[reached]!.pixels);
      expect(warnings.join()).toContain(`the gradient was zero at ${looks.length - reached} of ${looks.length}`);
    }
  });
});
