import { describe, expect, it } from '@jest/globals';
import {
  attackMasks,
  checkClass,
  errors,
  float32,
  ImageClassifier,
  isDifferentiable,
  objectiveOf,
  objectiveValues,
  PixelSubject,
  toFloat32,
} from '@understory/core';
import type { Attack, AttackedSample, AttackGoal, AttackRequest, AttackResult, Tensor } from '@understory/core';
import { attackContract, ChainModel, flatten, linear } from '@understory/testing';
import { failuresOf, unbroken } from './subjects.ts';

const weights = [0, 1, 2].map((row) => Array.from({ length: 12 }, (_, at) => Math.sin(1 + 3 * row + 2 * at)));
const normalisation = { mean: [0.5, 0.5, 0.5], deviation: [0.5, 0.5, 0.5], order: 'RGB' } as const;

function subject(): PixelSubject {
  const model = new ChainModel({
    input: [3, 2, 2],
    steps: [flatten('flat'), linear('logits', weights, [0, 0.1, 0.2])],
  });
  return new PixelSubject(new ImageClassifier({ model }), normalisation, { height: 2, width: 2 });
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
const noTrajectory = { probability: [], logit: [], originalProbability: [], originalLogit: [] } as const;
const budget = { norm: 'linf', epsilon: 0.3 } as const;

const allOf = ({ dims: [samples = 0] }: Tensor) =>
  Array.from({ length: samples }, () => float32(new Float32Array(4).fill(1), [2, 2]));

/** One step of the sign of a number's gradient: an attack as simple as one can be that keeps the contract. */
async function oneStep(request: AttackRequest): Promise<AttackResult> {
  const { subject: of, pixels: before, goal: wanted, masks: given = allOf(before), signal } = request;
  const { model, picture, reads } = of.subject;
  of.check(before);
  const asked = wanted.kind === 'raise' ? wanted.targets.length : wanted.classes.length;
  if (asked !== before.dims[0]) throw errors.targetCount({ targets: asked, batch: before.dims[0]! });
  if (wanted.kind !== 'raise') for (const index of wanted.classes) checkClass(index, 3);
  const fits = given.length === asked && given.every(({ dims }) => dims.join() === '2,2');
  if (!fits || given.some(({ data }) => data.some((weight) => weight > 1))) {
    throw errors.maskInvalid({ found: 'another', expected: 'one that fits' });
  }
  signal?.throwIfAborted();
  if (!isDifferentiable(model)) {
    throw errors.capabilityMissing({ what: 'It', capability: 'gradients', backend: model.origin.backend });
  }
  const objective =
    wanted.kind === 'raise' ? objectiveOf(wanted.targets) : of.subject.classes!.objective(wanted.classes);
  const { gradients } = await model.differentiate({
    ...{ feeds: of.feeds(before), objective },
    withRespectTo: [picture.name],
  });
  const gradient = toFloat32(gradients[picture.name]!);
  const data = before.data.map((value, at) => {
    const weight = given[Math.floor(at / 12)]!.data[at % 4]!;
    return Math.min(1, Math.max(0, value + weight * budget.epsilon * Math.sign(gradient[at]!)));
  });
  const adversarial = { ...before, data };
  const [first, last] = [await model.run(of.feeds(before), reads), await model.run(of.feeds(adversarial), reads)];
  const said = [of.subject.answersOf(first), of.subject.answersOf(last)];
  const numbers = [objectiveValues(objective, first), objectiveValues(objective, last)];
  const samples = Array.from({ length: asked }, (_, at): AttackedSample => {
    const counts = { evaluations: 2, updates: 1, warnings: [] };
    const logit = numbers.map((values) => values[at]!);
    if (wanted.kind === 'raise') {
      const success = wanted.isReached(said[1]![at]!, logit[1]!, at);
      return { ...counts, success, trajectory: { ...noTrajectory, logit } };
    }
    const looks = said.map((answers) => answers[at]!.classes!);
    const [own, index] = [looks[0]!.decision, wanted.classes[at]!];
    return {
      ...counts,
      success: looks[1]!.decision === index,
      trajectory: {
        ...{ probability: looks.map(({ probabilities }) => probabilities[index]!), logit },
        originalProbability: looks.map(({ probabilities }) => probabilities[own]!),
        originalLogit: looks.map((look) => look.logits[own]!),
      },
    };
  });
  return { adversarial, samples };
}

const contractOf = (perturb: Attack['perturb'], given = pixels) =>
  attackContract({
    create: () => ({ budget, perturb }),
    subject,
    pixels: given,
    goal: structuredClone(goal),
    masks: structuredClone(masks),
  });

describe('attackContract on an attack that keeps it', () => {
  for (const { name, run, timeout } of contractOf(oneStep)) it(name, run, timeout);
});

describe('attackContract on numbers that are to rise', () => {
  const targets = [2, 0].map((index) => ({
    ...{ words: `${index}`, label: null },
    reading: { kind: 'element', output: 'logits', index: [index] } as const,
  }));
  const raise: AttackGoal = { kind: 'raise', targets, isReached: (_, value, sample) => value > [0.5, 0.2][sample]! };
  const parts = { create: () => ({ budget, perturb: oneStep }), subject, pixels, masks };
  for (const { name, run, timeout } of attackContract({ ...parts, goal: raise })) it(name, run, timeout);

  it('catches an attack that claims success', async () => {
    const perturb: Attack['perturb'] = async (request) => {
      const result = await oneStep(request);
      return { ...result, samples: result.samples.map((each) => ({ ...each, success: true })) };
    };
    const far: AttackGoal = { ...raise, isReached: (_, value) => value > 1e6 };
    const failures = await failuresOf(attackContract({ ...parts, create: () => ({ budget, perturb }), goal: far }));
    expect(failures.join('\n')).toContain('sample 0 is called a success, and the number is');
  });
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
      samples: request.seeds.map(() => ({
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
      (request) => changed(request, (value) => value * (1 - 0.01 * request.seeds.length)),
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
      (request) =>
        oneStep(
          request.goal.kind === 'raise'
            ? request
            : { ...request, goal: { ...goal, classes: goal.classes.slice(0, request.pixels.dims[0]) } },
        ),
      ['goals, pixels and masks that do not fit'],
    ],
    [
      'runs what it cannot attack',
      async (request) => {
        await request.subject.answer(request.pixels);
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
        if (request.goal.kind !== 'raise') (request.goal.classes as number[]).reverse();
        return result;
      },
      ['as they were'],
    ],
    ['forgets a record', async (request) => ({ ...(await oneStep(request)), samples: [] }), ['one record a sample']],
    [
      'takes a number that is to rise for a class',
      ({ goal: asked, ...request }) =>
        oneStep({
          ...request,
          goal:
            asked.kind === 'raise' ? { ...goal, classes: asked.targets.map((each) => each.classIndex ?? 0) } : asked,
        }),
      ['raises a number'],
    ],
    [
      'lets nobody say when a number is reached',
      (request) => (request.goal.kind === 'raise' ? remade(request, () => ({ success: true })) : oneStep(request)),
      ['raises a number'],
    ],
    [
      'changes nothing for a number',
      async (request) => {
        const result = await oneStep(request);
        return request.goal.kind === 'raise' ? { ...result, adversarial: request.pixels } : result;
      },
      ['raises a number'],
    ],
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
    const said = (await subject().answer(pixels)).map(({ classes }) => classes!.decision);
    const perturb: Attack['perturb'] = (request) => remade(request, () => ({ success: false }));
    const parts = { create: () => ({ budget, perturb }), subject, pixels, masks };
    const failures = await failuresOf(attackContract({ ...parts, goal: { kind: 'targeted', classes: said } }));
    expect(failures.join('\n')).toContain('is called a failure');
  });

  it('catches an attack that asks for gradients where it said that it does without', async () => {
    const parts = { create: () => ({ budget, perturb: oneStep }), subject, pixels, goal, masks };
    const failures = await failuresOf(attackContract({ ...parts, gradientFree: true }));
    expect(failures).toEqual([expect.stringContaining('asks for no gradients')]);
  });

  it('needs two samples to say anything', () => {
    expect(() => contractOf(oneStep, float32(pixels.data.slice(12), [1, 3, 2, 2]))).toThrow(RangeError);
  });
});
