import { describe, expect, it } from '@jest/globals';
import {
  attackMasks,
  checkClass,
  errors,
  float32,
  ImageClassifier,
  isDifferentiable,
  PixelClassifier,
  toFloat32,
} from '@understory/core';
import type { Attack, AttackedSample, AttackRequest, AttackResult, Prediction, Tensor } from '@understory/core';
import { attackContract, ChainModel, flatten, linear } from '@understory/testing';
import { failuresOf, unbroken } from './subjects.ts';

const weights = [0, 1, 2].map((row) => Array.from({ length: 12 }, (_, at) => Math.sin(1 + 3 * row + 2 * at)));
const normalisation = { mean: [0.5, 0.5, 0.5], deviation: [0.5, 0.5, 0.5], order: 'RGB' } as const;

function classifier(): PixelClassifier {
  const model = new ChainModel({
    input: [3, 2, 2],
    steps: [flatten('flat'), linear('logits', weights, [0, 0.1, 0.2])],
  });
  return new PixelClassifier(new ImageClassifier({ model }), normalisation, { height: 2, width: 2 });
}

const pixels = float32(
  Float32Array.from({ length: 24 }, (_, at) => 0.5 + 0.4 * Math.sin(5 * at)),
  [2, 3, 2, 2],
);
const masks = [
  [1, 0, 1, 1],
  [0, 1, 1, 0],
].map((mask) => float32(Float32Array.from(mask), [2, 2]));
const goal = { kind: 'targeted', classes: [2, 0] } as const;
const budget = { norm: 'linf', epsilon: 0.3 } as const;

const allOf = ({ dims: [samples = 0] }: Tensor) =>
  Array.from({ length: samples }, () => float32(new Float32Array(4).fill(1), [2, 2]));

/** One step of the sign of a logit's gradient: an attack as simple as one can be that keeps the contract. */
async function oneStep(request: AttackRequest): Promise<AttackResult> {
  const { classifier: of, pixels: before, goal: wanted, masks: given = allOf(before), signal } = request;
  const { model, input, logits } = of.classifier;
  of.check(before);
  if (wanted.classes.length !== before.dims[0]) {
    throw errors.targetCount({ targets: wanted.classes.length, batch: before.dims[0]! });
  }
  for (const index of wanted.classes) checkClass(index, 3);
  const fits = given.length === wanted.classes.length && given.every(({ dims }) => dims.join() === '2,2');
  if (!fits || given.some(({ data }) => data.some((weight) => weight > 1))) {
    throw errors.maskInvalid({ found: 'another', expected: 'one that fits' });
  }
  signal?.throwIfAborted();
  if (!isDifferentiable(model)) {
    throw errors.capabilityMissing({ what: 'It', capability: 'gradients', backend: model.origin.backend });
  }
  const objective = { kind: 'score', output: logits, index: wanted.classes.map((index) => [index]) } as const;
  const { gradients } = await model.differentiate({ feeds: of.feeds(before), objective, withRespectTo: [input] });
  const gradient = toFloat32(gradients[input]!);
  const data = before.data.map((value, at) => {
    const weight = given[Math.floor(at / 12)]!.data[at % 4]!;
    return Math.min(1, Math.max(0, value + weight * budget.epsilon * Math.sign(gradient[at]!)));
  });
  const adversarial = { ...before, data };
  const [first, last] = [await of.predict(before), await of.predict(adversarial)];
  const samples = wanted.classes.map((index, at): AttackedSample => {
    const looks: readonly Prediction[] = [first[at]!, last[at]!];
    const own = first[at]!.ranking[0]!;
    return {
      success: last[at]!.ranking[0] === index,
      evaluations: 2,
      updates: 1,
      trajectory: {
        probability: looks.map(({ probabilities }) => probabilities[index]!),
        logit: looks.map((look) => look.logits[index]!),
        originalProbability: looks.map(({ probabilities }) => probabilities[own]!),
        originalLogit: looks.map((look) => look.logits[own]!),
      },
      warnings: [],
    };
  });
  return { adversarial, samples };
}

const contractOf = (perturb: Attack['perturb'], given = pixels) =>
  attackContract({
    create: () => ({ budget, perturb }),
    classifier,
    pixels: given,
    goal: structuredClone(goal),
    masks: structuredClone(masks),
  });

describe('attackContract on an attack that keeps it', () => {
  for (const { name, run, timeout } of contractOf(oneStep)) it(name, run, timeout);
});

describe('attackContract', () => {
  let calls = 0;
  const shared = new Float32Array(24);
  const invented = [0.1, 0.2, 0.3];
  /** What it says follows from the request alone. */
  const checkedOnly = async (request: AttackRequest): Promise<AttackResult> => {
    attackMasks(request);
    request.signal?.throwIfAborted();
    return {
      adversarial: { ...request.pixels, data: request.pixels.data.slice() },
      samples: request.goal.classes.map(() => ({
        success: false,
        evaluations: 3,
        updates: 3,
        trajectory: {
          probability: invented,
          logit: invented,
          originalProbability: invented,
          originalLogit: invented,
        },
        warnings: [],
      })),
    };
  };
  const changed = async (request: AttackRequest, change: (value: number, at: number) => number) => {
    const result = await oneStep(request);
    return { ...result, adversarial: { ...result.adversarial, data: result.adversarial.data.map(change) } };
  };
  const remade = async (request: AttackRequest, change: (sample: AttackedSample) => Partial<AttackedSample>) => {
    const result = await oneStep(request);
    return { ...result, samples: result.samples.map((sample) => ({ ...sample, ...change(sample) })) };
  };

  const broken: readonly (readonly [what: string, perturb: Attack['perturb'], caught: readonly string[]])[] = [
    ['leaves 0..1', (request) => changed(request, (value) => 3 * value - 1), ['in 0..1', 'budget', 'outside the mask']],
    ['goes too far', (request) => changed(request, (value, at) => (at === 2 ? 1 : value)), ['within its budget']],
    [
      'changes what the mask hides',
      (request) => changed(request, (value, at) => (at === 1 ? 0.99 * value : value)),
      ['outside the mask', 'zero everywhere'],
    ],
    [
      'forgets to look',
      (request) => remade(request, ({ trajectory }) => ({ trajectory: { ...trajectory, logit: [] } })),
      ['an entry of each trajectory'],
    ],
    ['claims success', (request) => remade(request, () => ({ success: true })), ['calls success']],
    [
      'draws without a seed',
      (request) => changed(request, (value) => value * (1 - 1e-3 * (++calls % 7))),
      ['the same request'],
    ],
    [
      'mixes samples',
      (request) => changed(request, (value) => value * (1 - 0.01 * request.goal.classes.length)),
      ['as if it were alone'],
    ],
    [
      'writes into the pixels',
      async (request) => {
        const result = await oneStep(request);
        request.pixels.data[0]! *= 0.5;
        return result;
      },
      ['as they were'],
    ],
    [
      'takes any goals',
      (request) => oneStep({ ...request, goal: { ...goal, classes: goal.classes.slice(0, request.pixels.dims[0]) } }),
      ['goals, pixels and masks that do not fit'],
    ],
    [
      'runs what it cannot attack',
      async (request) => {
        await request.classifier.predict(request.pixels);
        return oneStep(request);
      },
      ['cannot attack'],
    ],
    [
      'never asks the model and invents what it says',
      async (request) => {
        const { adversarial, samples } = await checkedOnly(request);
        return { adversarial, samples };
      },
      ['records what the model says', 'as often as it says'],
    ],
    ['needs masks', (request) => (request.masks!.length, oneStep(request)), ['where there are no masks']],
    [
      'takes soft weights for 1',
      (request) =>
        oneStep({
          ...request,
          masks: (request.masks ?? allOf(request.pixels)).map(({ data, dims }) =>
            float32(
              data.map((weight) => (weight > 0 && weight <= 1 ? 1 : weight)),
              dims,
            ),
          ),
        }),
      ['weight is less'],
    ],
    [
      'hands out one buffer again',
      async (request) => {
        const result = await oneStep(request);
        if (result.adversarial.data.length !== shared.length) return result;
        shared.set(result.adversarial.data);
        return { ...result, adversarial: { ...result.adversarial, data: shared } };
      },
      [],
    ],
    [
      'counts its calls in its records',
      (request) => remade(request, () => ({ warnings: [String(++calls)] })),
      ['same for the same request', 'stay as they are'],
    ],
    [
      'turns the goals round',
      async (request) => {
        const result = await oneStep(request);
        (request.goal.classes as number[]).reverse();
        return result;
      },
      ['as they were'],
    ],
    ['forgets a record', async (request) => ({ ...(await oneStep(request)), samples: [] }), ['one record a sample']],
    ['runs on', ({ signal: _, ...request }) => oneStep(request), ['stops']],
  ];

  it.each(broken)('catches an attack that %s', async (_, perturb, caught) => {
    const cases = contractOf(perturb, structuredClone(pixels));
    const failures = await failuresOf(cases);
    for (const name of caught) expect(failures.join('\n')).toContain(name);
    expect(failures.length).toBeLessThan(cases.length);
  });

  it('has one that breaks each promise', async () => {
    expect(await unbroken(broken.map(([, perturb]) => contractOf(perturb, structuredClone(pixels))))).toEqual([]);
  });

  it('catches an attack that says failure where the goal is reached', async () => {
    const said = (await classifier().predict(pixels)).map(({ ranking }) => ranking[0]!);
    const perturb: Attack['perturb'] = (request) => remade(request, () => ({ success: false }));
    const subject = { create: () => ({ budget, perturb }), classifier, pixels, masks };
    const failures = await failuresOf(attackContract({ ...subject, goal: { kind: 'targeted', classes: said } }));
    expect(failures.join('\n')).toContain('is called a failure');
  });

  it('catches an attack that asks for gradients where it said that it does without', async () => {
    const subject = { create: () => ({ budget, perturb: oneStep }), classifier, pixels, goal, masks };
    const failures = await failuresOf(attackContract({ ...subject, gradientFree: true }));
    expect(failures).toEqual([expect.stringContaining('asks for no gradients')]);
  });

  it('needs two samples to say anything', () => {
    expect(() => contractOf(oneStep, float32(pixels.data.slice(12), [1, 3, 2, 2]))).toThrow(RangeError);
  });
});
