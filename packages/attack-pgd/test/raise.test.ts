import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from '@jest/globals';
import { OnnxBackend, type OnnxModel } from '@understory/backend-onnx';
import {
  float32,
  ImageClassifier,
  negative,
  PixelSubject,
  seededRandom,
  type Target,
  type Tensor,
} from '@understory/core';
import { attackContract, ChainModel, flatten, linear } from '@understory/testing';
import { apgd, fgsm, miFgsm, pgd } from '../src/index.ts';
import { predict } from './support/models.ts';
import {
  detector,
  embedder,
  isAmong,
  normalisationOf,
  numbers,
  regressor,
  segmenter,
  size,
} from './support/subjects.ts';

const places = size.height * size.width;

function pictures(channels: number, samples = 2, seed = 'raise'): Tensor<'float32'> {
  const random = seededRandom(seed);
  const data = Float32Array.from({ length: samples * channels * places }, () => 0.2 + 0.6 * random.uniform());
  return float32(data, [samples, channels, size.height, size.width]);
}

/** What a linear number becomes at the corner of the ball that raises it most. */
function mostOf(
  weights: readonly number[],
  bias: number,
  origin: ArrayLike<number>,
  epsilon: number,
  sign = 1,
): number {
  const { deviation } = normalisationOf(weights.length / places);
  return weights.reduce((sum, weight, at) => {
    const corner = origin[at]! + sign * epsilon * Math.sign(weight);
    return sum + (weight * (Math.min(1, Math.max(0, corner)) - 0.5)) / deviation[Math.floor(at / places)]!;
  }, bias);
}

const epsilon = 0.1;
const steps = { epsilon, steps: 20, schedule: 'constant', alpha: 0.2, stop: 'never', lastLook: true } as const;
const never = () => false;

describe('a regression', () => {
  it.each([1, 2, 3, 4, 5])(
    'of pictures of %i channels rises to the corner of the ball, and falls to the other',
    async (channels) => {
      const { subject, target, weights } = regressor(channels);
      const pixels = pictures(channels, 1);
      for (const sign of [1, -1]) {
        const targets = [sign === 1 ? target : negative(target)];
        const { samples, adversarial } = await pgd(steps).perturb({
          ...{ subject, pixels, seeds: [1] },
          goal: { kind: 'raise', targets, isReached: never },
        });
        const { logit, ...others } = samples[0]!.trajectory;
        expect(logit[0]).toBeCloseTo(sign * mostOf(weights, 1, pixels.data, 0), 4);
        expect(logit.at(-1)).toBeCloseTo(sign * mostOf(weights, 1, pixels.data, epsilon, sign), 4);
        expect(others).toEqual({ probability: [], originalProbability: [], originalLogit: [] });
        expect(adversarial.dims).toEqual(pixels.dims);
      }
    },
  );

  it('is raised past a threshold by as few steps as it takes, within a mask', async () => {
    const { subject, target, weights } = regressor(1);
    const pixels = pictures(1, 1);
    const start = mostOf(weights, 1, pixels.data, 0);
    const half = weights.map((weight, at) => (at % 2 === 0 ? weight : 0));
    const reach = mostOf(half, 1, pixels.data, epsilon) - mostOf(half, 1, pixels.data, 0);
    const threshold = start + 0.5 * reach;
    const mask = float32(
      Float32Array.from({ length: places }, (_, at) => (at + 1) % 2),
      [size.height, size.width],
    );
    const { samples, adversarial } = await pgd({ ...steps, stop: 'misclassification' }).perturb({
      ...{ subject, pixels, seeds: [1], masks: [mask] },
      goal: { kind: 'raise', targets: [target], isReached: (_, value) => value > threshold },
    });
    // A step is a fifth of epsilon, so that the third is past the half.
    expect(samples[0]).toMatchObject({ success: true, updates: 3, evaluations: 4 });
    expect(samples[0]!.trajectory.logit.at(-1)).toBeCloseTo(start + 0.6 * reach, 4);
    adversarial.data.forEach((value, at) => at % 2 === 1 && expect(value).toBe(pixels.data[at]));
  });
});

describe('a detection', () => {
  const { subject, target, weightsOf, biasOf } = detector();
  const pixels = pictures(3, 2);
  const boxesIn = async (shown: Tensor<'float32'>) => (await subject.answer(shown)).map(({ decision }) => decision);

  it.each(['vanish', 'appear'] as const)('is made to %s, by its own number', async (what) => {
    const before = await boxesIn(pixels);
    const wanted = before.map((decision) =>
      [0, 1].find((at) => decision.includes(`box:${at}`) === (what === 'vanish')),
    );
    const own = [0, 1].filter((sample) => wanted[sample] !== undefined);
    expect(own.length).toBeGreaterThan(0);
    for (const sample of own) {
      const at = wanted[sample]!;
      const origin = pixels.data.slice(sample * 3 * places, (sample + 1) * 3 * places);
      const one = float32(origin, [1, 3, size.height, size.width]);
      const lowers = what === 'vanish';
      const { adversarial, samples } = await pgd({ ...steps, epsilon: 0.5, stop: 'misclassification' }).perturb({
        ...{ subject, pixels: one, seeds: [1] },
        goal: {
          kind: 'raise',
          targets: [lowers ? negative(target(at)) : target(at)],
          isReached: (answer) => isAmong(answer, target(at)) !== lowers,
        },
      });
      expect(samples[0]!.success).toBe(true);
      const { logit } = samples[0]!.trajectory;
      expect(logit[0]).toBeCloseTo((lowers ? -1 : 1) * mostOf(weightsOf(at), biasOf(at), origin, 0), 4);
      expect(logit.slice(0, -1).every((value) => value <= 0)).toBe(true);
      expect(logit.at(-1)).toBeGreaterThan(0);
      expect((await boxesIn(adversarial))[0]!.includes(`box:${at}`)).toBe(!lowers);
    }
  });

  it('of each sample has its own box, in one program', async () => {
    const asked = [0, 1].map(target);
    const goal = { kind: 'raise', targets: asked, isReached: never } as const;
    const { samples } = await pgd(steps).perturb({ subject, pixels, goal, seeds: [1, 2] });
    samples.forEach(({ trajectory }, sample) => {
      const origin = pixels.data.subarray(sample * 3 * places, (sample + 1) * 3 * places);
      expect(trajectory.logit.at(-1)).toBeCloseTo(mostOf(weightsOf(sample), biasOf(sample), origin, epsilon), 4);
    });
  });
});

it('a segmentation changes to the other class', async () => {
  const { subject, target } = segmenter();
  const pixels = pictures(3, 1);
  const [before] = await subject.answer(pixels);
  const other = before!.decision === 'region:0' ? 1 : 0;
  const { samples, adversarial } = await pgd({ ...steps, epsilon: 0.5, stop: 'misclassification' }).perturb({
    ...{ subject, pixels, seeds: [1] },
    goal: { kind: 'raise', targets: [target(other)], isReached: (answer) => isAmong(answer, target(other)) },
  });
  expect(samples[0]!.success).toBe(true);
  expect((await subject.answer(adversarial))[0]!.decision).toBe(`region:${other}`);
  // The mean over the pixels of what one class has more than the other.
  const { masks } = await subject.subject.model.run(subject.feeds(adversarial), ['masks']);
  const mean = Array.from(
    { length: places },
    (_, at) => Number(masks!.data[at + other * places]) - Number(masks!.data[at + (1 - other) * places]),
  );
  expect(samples[0]!.trajectory.logit.at(-1)).toBeCloseTo(mean.reduce((sum, value) => sum + value, 0) / places, 4);
});

describe('an embedding', () => {
  const { subject, target } = embedder();
  const pixels = pictures(3, 1);
  const to = [2, -1, 0.5, 1];
  const cosine = async (shown: Tensor<'float32'>) => {
    const { embedding } = await subject.subject.model.run(subject.feeds(shown), ['embedding']);
    const values = Array.from(embedding!.data, Number);
    const length = (of: readonly number[]) => Math.sqrt(of.reduce((sum, value) => sum + value * value, 0));
    return values.reduce((sum, value, at) => sum + value * to[at]!, 0) / length(values) / length(to);
  };

  it('is pulled towards a vector and pushed away from it, by the cosine with the norm inside', async () => {
    const start = await cosine(pixels);
    for (const [targets, sign, scale] of [
      [[target(to, 3)], 1, 3],
      [[negative(target(to))], -1, 1],
    ] as const) {
      const { samples, adversarial } = await pgd({ ...steps, norm: 'l2', epsilon: 1 }).perturb({
        ...{ subject, pixels, seeds: [1] },
        goal: { kind: 'raise', targets, isReached: never },
      });
      const { logit } = samples[0]!.trajectory;
      const end = await cosine(adversarial);
      expect(logit[0]).toBeCloseTo(sign * scale * start, 5);
      expect(logit.at(-1)).toBeCloseTo(sign * scale * end, 5);
      expect(sign * (end - start)).toBeGreaterThan(0.2);
    }
  });

  it('of zeros has gradients that are finite', async () => {
    const steep = new ChainModel({
      input: [3, size.height, size.width],
      steps: [
        flatten('flat'),
        linear(
          'embedding',
          [0, 1, 2, 3].map((row) => numbers(`zero ${row}`, 3 * places)),
          [0, 0, 0, 0],
        ),
      ],
    });
    const zero = new PixelSubject({ ...subject.subject, model: steep }, normalisationOf(3), size);
    const grey = float32(new Float32Array(3 * places).fill(0.5), [1, 3, size.height, size.width]);
    const { samples } = await pgd(steps).perturb({
      ...{ subject: zero, pixels: grey, seeds: [1] },
      goal: { kind: 'raise', targets: [target(to)], isReached: never },
    });
    expect(samples[0]!.trajectory.logit[0]).toBe(0);
    expect(samples[0]!.trajectory.logit.at(-1)).toBeGreaterThan(0.5);
  });
});

describe('every attack keeps its promises where a number rises', () => {
  const attacks = {
    pgd: pgd({ steps: 8, batch: 1 }),
    'pgd, L1 from random starts': pgd({
      norm: 'l1',
      epsilon: 3,
      start: 'uniform',
      restarts: 2,
      steps: 5,
      momentum: 0.5,
    }),
    fgsm: fgsm(),
    'mi-fgsm': miFgsm(),
    'apgd, L2': apgd({ norm: 'l2', epsilon: 0.8, steps: 10 }),
  };
  const { subject, target } = detector(4);
  const masks = [0, 1].map((odd) =>
    float32(
      Float32Array.from({ length: places }, (_, at) => ((at + odd) % 3 === 0 ? 0 : 1)),
      [size.height, size.width],
    ),
  );
  const targets: readonly Target[] = [target(1), target(0)];
  describe.each(Object.entries(attacks))('%s', (_, attack) => {
    const goal = { kind: 'raise', targets, isReached: (_answer: unknown, value: number) => value > 1 } as const;
    for (const { name, run, timeout } of attackContract({
      ...{ create: () => attack, subject: () => subject, pixels: pictures(4), goal, masks },
    }))
      it(name, run, timeout);
  });
});

describe('one logit', () => {
  const [one, other] = [numbers('one', 3 * places), numbers('other', 3 * places)];
  const classifier = (weights: readonly (readonly number[])[], bias: readonly number[]) => {
    const model = new ChainModel({
      input: [3, size.height, size.width],
      steps: [flatten('flat'), linear('logits', weights, bias)],
    });
    return new PixelSubject(new ImageClassifier({ model }), normalisationOf(3), size);
  };
  const twin = classifier([one, other], [0.5, 0.25]);
  const single = classifier([one.map((weight, at) => weight - other[at]!)], [0.25]);
  const pixels = pictures(3, 4);

  it.each(['cross-entropy', 'margin'] as const)('is attacked as its twin of two is, by %s', async (objective) => {
    const said = (await predict(twin, pixels)).map(({ decision }) => decision);
    expect((await predict(single, pixels)).map(({ decision }) => decision)).toEqual(said);
    for (const goal of [
      { kind: 'targeted', classes: said.map((index) => 1 - index) },
      { kind: 'untargeted', classes: said },
    ] as const) {
      const request = { pixels, goal, seeds: [1, 2, 3, 4] };
      const attack = pgd({ epsilon: 0.2, steps: 10, threshold: 0.6, objective });
      const [ours, theirs] = [
        await attack.perturb({ ...request, subject: single }),
        await attack.perturb({ ...request, subject: twin }),
      ];
      ours.samples.forEach(({ success, evaluations, trajectory }, sample) => {
        const pair = theirs.samples[sample]!;
        expect({ success, evaluations }).toEqual({ success: pair.success, evaluations: pair.evaluations });
        trajectory.probability.forEach((value, at) => expect(value).toBeCloseTo(pair.trajectory.probability[at]!, 5));
        // z of the first class, -z of the other; the twin has their difference.
        const sign = goal.classes[sample] === 0 ? 1 : -1;
        expect(trajectory.probability[0]).toBeCloseTo(1 / (1 + Math.exp(-trajectory.logit[0]!)), 5);
        expect(Math.sign(sign * trajectory.logit[0]!)).toBe(said[sample] === 0 ? 1 : -1);
      });
      expect(ours.samples.some(({ success }) => success)).toBe(true);
      ours.adversarial.data.forEach((value, at) => expect(value).toBeCloseTo(theirs.adversarial.data[at]!, 6));
    }
  });
});

describe('a network of grey pictures that ONNX Runtime runs', () => {
  const opened: OnnxModel[] = [];
  afterAll(() => Promise.all(opened.map((model) => model.close())));

  it('leaves its class, and any element, region or similarity of it rises as its gradient says', async () => {
    const path = fileURLToPath(new URL('../../../fixtures/grey.onnx', import.meta.url));
    const model = await new OnnxBackend().open({ kind: 'file', path }, { threads: 1 });
    opened.push(model);
    const inner = new ImageClassifier({ model });
    const { height, width } = inner.imageSize!;
    const subject = new PixelSubject(inner, { mean: [0], deviation: [1], order: 'RGB' }, { height, width });
    const random = seededRandom('grey');
    const data = Float32Array.from({ length: height * width }, () => 0.3 + 0.4 * random.uniform());
    const pixels = float32(data, [1, 1, height, width]);
    const [before] = await predict(subject, pixels);
    const { samples } = await pgd({ epsilon: 0.3, stop: 'misclassification', lastLook: true }).perturb({
      ...{ subject, pixels, seeds: [1] },
      goal: { kind: 'untargeted', classes: [before!.decision] },
    });
    expect(samples[0]!.trajectory.probability[0]).toBeCloseTo(before!.probabilities[before!.decision]!, 5);
    expect(samples[0]!.trajectory.probability.at(-1)).toBeLessThan(before!.probabilities[before!.decision]!);

    const { logits } = await model
      .run(subject.feeds(pixels), [inner.logits])
      .then((found) => ({ logits: found[inner.logits]! }));
    const count = logits.data.length;
    const to = Float32Array.from({ length: count }, (_, at) => Math.cos(at));
    const weights = float32(
      Float32Array.from({ length: count }, (_, at) => Math.sin(1 + at)),
      logits.dims.slice(1),
    );
    const values = Array.from(logits.data, Number);
    const product = (of: ArrayLike<number>) => values.reduce((sum, value, at) => sum + value * of[at]!, 0);
    const length = (of: ArrayLike<number>) => Math.sqrt(Array.from(of).reduce((sum, value) => sum + value * value, 0));
    const output = inner.logits;
    const expected: readonly (readonly [Target['reading'], number])[] = [
      [{ kind: 'weights', output, weights }, product(weights.data)],
      [{ kind: 'similarity', output, to, scale: 2 }, (2 * product(to)) / length(to) / length(values)],
    ];
    for (const [reading, value] of expected) {
      const { samples: found } = await fgsm({ epsilon: 0.01 }).perturb({
        ...{ subject, pixels, seeds: [1] },
        goal: { kind: 'raise', targets: [{ words: 'it', label: null, reading }], isReached: never },
      });
      const { logit } = found[0]!.trajectory;
      expect(logit[0]).toBeCloseTo(value, 4);
      expect(logit[1]).toBeGreaterThan(logit[0]!);
    }
  });
});
