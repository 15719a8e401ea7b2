import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { OnnxBackend, type OnnxModel } from '@understory/backend-onnx';
import { float32, ImageClassifier, PixelSubject, seededRandom, toFloat32 } from '@understory/core';
import { toUnitPixels } from '@understory/imaging';
import { decodeImage } from '@understory/imaging/sharp';
import { fgsm, foolboxPgd, paper, pgd, torchattacksPgd, type GradientAttack } from '../src/index.ts';
import { linf } from '../src/norms/linf.ts';
import { uniform } from '../src/starts/uniform.ts';
import { predict } from './support/models.ts';

jest.setTimeout(300_000);

const root = fileURLToPath(new URL('../../../', import.meta.url));
const half = [0.5, 0.5, 0.5];
const side = 32;
const size = 3 * side * side;
const count = 6;

const opened: OnnxModel[] = [];
const made: GradientAttack[] = [];
afterAll(async () => {
  await Promise.all(made.map((attack) => attack.dispose()));
  await Promise.all(opened.map((model) => model.close()));
});

/** Pieces of the fixtures, each the mean over squares of 4 x 4 pixels. */
async function pieces(): Promise<Float32Array> {
  const names = ['chelsea.png', 'coffee.png', 'rocket.jpg'];
  const images = await Promise.all(
    names.map(async (name) => decodeImage(await readFile(`${root}fixtures/images/${name}`))),
  );
  const random = seededRandom('pieces');
  const all = new Float32Array(count * size);
  for (let piece = 0; piece < count; piece += 1) {
    const image = images[piece % images.length]!;
    const pixels = toUnitPixels(image);
    const [left, top] = [random.integer(image.width - 4 * side), random.integer(image.height - 4 * side)];
    for (let at = 0; at < size; at += 1) {
      const [channel, y, x] = [Math.floor(at / side ** 2), Math.floor(at / side) % side, at % side];
      let sum = 0;
      for (let part = 0; part < 16; part += 1) {
        const row = top + 4 * y + (part >> 2);
        sum += pixels[(channel * image.height + row) * image.width + left + 4 * x + (part & 3)]!;
      }
      all[piece * size + at] = Math.round((255 * sum) / 16) / 255;
    }
  }
  return all;
}

async function open() {
  const path = `${root}packages/zoo/models/cifar10-resnet/onnx/model.onnx`;
  const model = await new OnnxBackend().open({ kind: 'file', path }, { threads: 2 });
  opened.push(model);
  const inner = new ImageClassifier({ model });
  const subject = new PixelSubject(inner, { mean: half, deviation: half, order: 'RGB' }, { height: side, width: side });
  const pixels = float32(await pieces(), [count, 3, side, side]);
  const labels = (await predict(subject, pixels)).map(({ decision }) => decision);
  return { model, subject, pixels, labels, seeds: labels.map((_, at) => at) };
}
type Subject = Awaited<ReturnType<typeof open>>;

/** The gradient of the cross-entropy with respect to pixels, by a path that knows nothing of programs. */
async function gradientOf({ model, subject, labels }: Subject, pixels: Float32Array): Promise<Float32Array> {
  const { gradients } = await model.differentiate({
    feeds: subject.feeds(float32(pixels, [count, 3, side, side])),
    objective: { kind: 'crossEntropy', output: 'logits', target: labels },
    withRespectTo: ['input'],
  });
  return toFloat32(gradients['input']!).map((value) => value / 0.5);
}

const clip = (value: number, low: number, high: number) => Math.min(high, Math.max(low, value));

/** What the presets and both libraries begin with: uniform in the ball, cut to 0..1. */
function startsOf({ pixels, seeds }: Subject, epsilon: number): Float32Array {
  const start = uniform(linf(epsilon));
  const all = new Float32Array(side * side).fill(1);
  return Float32Array.from(
    seeds.flatMap((seed, at) => [
      ...start(pixels.data.subarray(at * size, (at + 1) * size), all, seededRandom(seed).fork('start').fork('0')),
    ]),
  );
}

/** Foolbox 3, `LinfPGD`: x + step * sign, then to x0 + clip(x - x0), then to the bounds. Its step is a share of epsilon. */
async function foolbox(subject: Subject, epsilon: number, steps: number, share: number) {
  const origin = subject.pixels.data;
  let x = startsOf(subject, epsilon);
  for (let step = 0; step < steps; step += 1) {
    const gradient = await gradientOf(subject, x);
    x = x.map((value, at) => {
      const moved = Math.fround(value + share * epsilon * Math.sign(gradient[at]!));
      return clip(origin[at]! + clip(moved - origin[at]!, -epsilon, epsilon), 0, 1);
    });
  }
  return x;
}

/** Torchattacks 3, `PGD`: adv + alpha * sign, delta = clamp(adv - images), clamp(images + delta). */
async function torchattacks(subject: Subject, epsilon: number, alpha: number, steps: number) {
  const images = subject.pixels.data;
  let adversarial = startsOf(subject, epsilon);
  for (let step = 0; step < steps; step += 1) {
    const gradient = await gradientOf(subject, adversarial);
    adversarial = adversarial.map((value, at) => {
      const moved = Math.fround(value + alpha * Math.sign(gradient[at]!));
      const delta = clip(moved - images[at]!, -epsilon, epsilon);
      return clip(images[at]! + delta, 0, 1);
    });
  }
  return adversarial;
}

async function robust({ subject, labels }: Subject, pixels: Float32Array): Promise<readonly boolean[]> {
  const predictions = await predict(subject, float32(pixels, [count, 3, side, side]));
  return predictions.map(({ decision }, at) => decision === labels[at]);
}

const attacked = async (attack: GradientAttack, { subject, pixels, labels, seeds }: Subject) => {
  made.push(attack);
  return attack.perturb({ subject, pixels, seeds, goal: { kind: 'untargeted', classes: labels } });
};

describe('the presets beside the libraries that they are named after, as their algorithms are defined', () => {
  // So small that some images stay right.
  const epsilon = 0.4 / 255;
  let subject: Subject;
  beforeAll(async () => {
    subject = await open();
  });
  const cases = {
    'foolbox-pgd': [pgd({ ...foolboxPgd, epsilon }), (of: Subject) => foolbox(of, epsilon, 40, 0.01 / 0.3)],
    'torchattacks-pgd': [
      pgd({ ...torchattacksPgd, epsilon, alpha: epsilon / 4 }),
      (of: Subject) => torchattacks(of, epsilon, epsilon / 4, 10),
    ],
    fgsm: [
      fgsm({ epsilon }),
      async (of: Subject) => {
        const gradient = await gradientOf(of, of.pixels.data);
        return of.pixels.data.map((value, at) => clip(value + epsilon * Math.sign(gradient[at]!), 0, 1));
      },
    ],
  } as const;

  it.each(Object.entries(cases))('%s leaves the same images right', async (_, [attack, plain]) => {
    const { samples, adversarial } = await attacked(attack, subject);
    const expected = await robust(subject, await plain(subject));
    expect(samples.map(({ success }) => !success)).toEqual(expected);
    expect(await robust(subject, adversarial.data)).toEqual(expected);
    // Neither all nor none, or agreement would say little.
    const share = expected.filter(Boolean).length;
    expect(share).toBeGreaterThan(1);
    expect(share).toBeLessThan(count - 1);
  });

  it('have the constants of their sources', () => {
    // foolbox 3, attacks/projected_gradient_descent.py, LinfProjectedGradientDescentAttack.
    expect(foolboxPgd).toMatchObject({
      alpha: 0.01 / 0.3,
      alphaUnit: 'epsilon',
      steps: 40,
      start: 'uniform',
      stop: 'never',
    });
    // torchattacks 3, attacks/pgd.py, PGD.
    expect(torchattacksPgd).toMatchObject({
      epsilon: 8 / 255,
      alpha: 2 / 255,
      alphaUnit: 'pixels',
      steps: 10,
      start: 'uniform',
    });
    // The paper, Algorithm 1, and its authors' scripts.
    expect(paper).toMatchObject({
      epsilon: 12 / 255,
      alpha: 0.25,
      alphaUnit: 'epsilon',
      alphaMin: 0.1 / 255,
      steps: 50,
      schedule: 'cosine',
      start: 'none',
      stop: 'probability',
      threshold: 0.7,
      lastLook: false,
    });
  });
});
