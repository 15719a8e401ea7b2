import { fileURLToPath } from 'node:url';
import { afterAll, describe, it, jest } from '@jest/globals';
import { OnnxBackend, type OnnxModel } from '@understory/backend-onnx';
import { float32, ImageClassifier, PixelSubject, seededRandom } from '@understory/core';
import { attackContract } from '@understory/testing';
import { apgd, bim, fgsm, foolboxPgd, miFgsm, pgd, torchattacksPgd, type GradientAttack } from '../src/index.ts';
import { masksOf, pictures, quadraticModel } from './support/models.ts';

jest.setTimeout(60_000);

const attacks: Readonly<Record<string, GradientAttack>> = {
  'pgd, the paper': pgd({ batch: 2 }),
  'pgd, foolbox': pgd({ ...foolboxPgd, steps: 12, batch: 2 }),
  'pgd, torchattacks': pgd(torchattacksPgd),
  'pgd, L2 from a random start': pgd({
    norm: 'l2',
    direction: 'l2',
    epsilon: 0.6,
    start: 'uniform',
    restarts: 2,
    steps: 8,
  }),
  'pgd, L1 from a random start': pgd({ norm: 'l1', direction: 'l1', epsilon: 3, start: 'uniform', steps: 8 }),
  fgsm: fgsm(),
  bim: bim({ batch: 1 }),
  'mi-fgsm': miFgsm(),
  apgd: apgd({ steps: 30 }),
  'apgd, L2, ratio of logits': apgd({ norm: 'l2', epsilon: 0.8, objective: 'dlr', steps: 30, batch: 2 }),
};

const goals = [
  { kind: 'targeted', classes: [3, 1, 4] },
  { kind: 'untargeted', classes: [2, 0, 3] },
] as const;

describe.each(Object.entries(attacks))('%s', (_, attack) => {
  for (const goal of goals) {
    const { subject: attacked } = quadraticModel();
    const masks = masksOf(3, 'contract', (uniform) => (uniform < 0.6 ? 1 : 0));
    const subject = { create: () => attack, subject: () => attacked, pixels: pictures(3), goal, masks };
    for (const { name, run, timeout } of attackContract(subject)) it(`${goal.kind}: ${name}`, run, timeout);
  }
});

describe('on a network that ONNX Runtime runs', () => {
  const opened: OnnxModel[] = [];
  const made: GradientAttack[] = [];
  afterAll(async () => {
    await Promise.all(made.map((attack) => attack.dispose()));
    await Promise.all(opened.map((model) => model.close()));
  });
  const subject = async () => {
    const path = fileURLToPath(new URL('../../zoo/models/cifar10-resnet/onnx/model.onnx', import.meta.url));
    const model = await new OnnxBackend().open({ kind: 'file', path }, { threads: 1 });
    opened.push(model);
    const half = [0.5, 0.5, 0.5];
    const normalisation = { mean: half, deviation: half, order: 'RGB' } as const;
    return new PixelSubject(new ImageClassifier({ model }), normalisation, { height: 32, width: 32 });
  };
  const random = seededRandom('images');
  const pixels = float32(
    Float32Array.from({ length: 3 * 3 * 32 * 32 }, () => random.uniform()),
    [3, 3, 32, 32],
  );
  const masks = [0.3, 0.5, 0.9].map((share) =>
    float32(
      Float32Array.from({ length: 32 * 32 }, () => (random.uniform() < share ? 1 : 0)),
      [32, 32],
    ),
  );
  const subjects = {
    pgd: { attack: () => pgd({ steps: 8, batch: 2 }), goal: { kind: 'targeted', classes: [3, 1, 4] } },
    'apgd, L2': {
      attack: () => apgd({ norm: 'l2', epsilon: 0.5, steps: 8, objective: 'dlr', batch: 2 }),
      goal: { kind: 'untargeted', classes: [2, 0, 3] },
    },
    'pgd, L1': {
      attack: () => pgd({ norm: 'l1', epsilon: 6, steps: 5, batch: 2, momentum: 0.5, start: 'uniform' }),
      goal: { kind: 'targeted', classes: [3, 1, 4] },
    },
  } as const;
  describe.each(Object.entries(subjects))('%s', (_, { attack, goal }) => {
    const create = () => {
      made.push(attack());
      return made.at(-1)!;
    };
    for (const { name, run, timeout } of attackContract({ create, subject, pixels, goal, masks }))
      it(name, run, timeout);
  });
});
