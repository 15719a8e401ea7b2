import { describe, expect, it } from '@jest/globals';
import { float32, ImageClassifier, PixelSubject, seededRandom, type VisualisedGoal } from '@understory/core';
import { ChainModel, flatten, linear, relu, visualiserContract } from '@understory/testing';
import plugin, { ascent } from '../src/index.ts';

const [height, width] = [6, 5];
const count = 3 * height * width;
const normalisation = { mean: [0.5, 0.25, 0.5], deviation: [0.5, 0.25, 1], order: 'RGB' } as const;

const random = seededRandom('weights');
const weights = [0, 1].map(() => Array.from({ length: count }, () => Math.fround(random.normal())));
const bias = [0.5, -0.25];

const subjectOf = (steps: ConstructorParameters<typeof ChainModel>[0]['steps']) =>
  new PixelSubject(
    new ImageClassifier({ model: new ChainModel({ input: [3, height, width], steps }) }),
    normalisation,
    { height, width },
  );
const subject = subjectOf([flatten('flat'), linear('logits', weights, bias)]);
const goal = (at: number): VisualisedGoal => ({
  logits: float32(
    Float32Array.from(bias, (_, place) => (place === at ? 1 : 0)),
    [1, 2],
  ),
});

const still = { jitter: 0, zoom: 0 } as const;

function logit(pixels: Float32Array, at: number): number {
  return pixels.reduce((sum, pixel, place) => {
    const channel = Math.floor(place / (height * width));
    return sum + (weights[at]![place]! * (pixel - normalisation.mean[channel]!)) / normalisation.deviation[channel]!;
  }, bias[at]!);
}

/** The highest that a logit can be: every pixel at the end that its weight points to. */
const highest = (at: number) =>
  logit(
    Float32Array.from(weights[at]!, (weight) => (weight > 0 ? 1 : 0)),
    at,
  );

describe('the ascent of a linear channel', () => {
  it.each([
    { parametrisation: 'pixels', decorrelate: false },
    { parametrisation: 'frequencies', decorrelate: false },
    { parametrisation: 'frequencies', decorrelate: true },
  ] as const)('goes to the end that each weight points to: %j', async (options) => {
    const { pixels, value } = await ascent({ ...still, ...options, steps: 400, rate: 0.5 }).visualise({
      ...{ subject, goal: goal(1), seed: 1 },
    });
    const least = options.parametrisation === 'pixels' ? 1 : 0.9;
    const agreeing = weights[1]!.filter((weight, place) => pixels.data[place]! > 0.5 === weight > 0);
    expect(agreeing.length / count).toBeGreaterThanOrEqual(least);
    expect(value).toBeCloseTo(logit(pixels.data, 1), 3);
    expect(value / highest(1)).toBeGreaterThan(least - 0.01);
  });

  it('begins at grey and only rises', async () => {
    const { trajectory } = await ascent({ ...still, steps: 30 }).visualise({ subject, goal: goal(0), seed: 1 });
    expect(trajectory[0]).toBeCloseTo(logit(new Float32Array(count).fill(0.5), 0), 0);
    expect(trajectory.every((value, at) => at === 0 || value > trajectory[at - 1]!)).toBe(true);
  });
});

describe('the ascent', () => {
  const make = (options: Parameters<typeof ascent>[0] = {}, seed = 1) =>
    ascent({ steps: 12, ...options }).visualise({ subject, goal: goal(0), seed });

  it('is decided by the seed, to the byte', async () => {
    const [first, again, other] = [await make(), await make(), await make({}, 2)];
    expect(again).toEqual(first);
    expect(other.pixels.data).not.toEqual(first.pixels.data);
  });

  it.each([
    [{ jitter: 0 }],
    [{ zoom: 0 }],
    [{ parametrisation: 'pixels' }],
    [{ decay: 2 }],
    [{ decorrelate: false }],
    [{ variation: 1 }],
    [{ rate: 0.1 }],
    [{ deviation: 0.5 }],
  ] as const)('is another one with %j', async (options) => {
    expect((await make(options)).pixels.data).not.toEqual((await make()).pixels.data);
  });

  it('is smoother the more variation is weighed', async () => {
    const roughness = async (variation: number) => {
      const { pixels } = await make({ ...still, steps: 60, rate: 0.2, variation });
      return pixels.data.reduce(
        (sum, value, at) => (at % width === 0 ? sum : sum + (value - pixels.data[at - 1]!) ** 2),
        0,
      );
    };
    expect(await roughness(20)).toBeLessThan(0.5 * (await roughness(0)));
  });

  it('tells of gradients that are zero, after it has looked for a start where they are not', async () => {
    const dead = subjectOf([
      flatten('flat'),
      linear('flattened', [Array.from({ length: count }, () => 1e-3), weights[0]!], [-100, -1e6]),
      relu('logits'),
    ]);
    const { warnings, value } = await ascent({ steps: 3 }).visualise({ subject: dead, goal: goal(0), seed: 1 });
    expect([warnings, value]).toEqual([['The gradient was zero at 3 of 3 steps.'], 0]);
  });

  it('stops where it is told to, and tells how far it is', async () => {
    const stop = new AbortController();
    const seen: number[] = [];
    const climb = ascent({ steps: 12 }).visualise({
      ...{ subject, goal: goal(0), seed: 1, signal: stop.signal },
      progress: (done, total) => {
        seen.push(done / total);
        if (done === 3) stop.abort(new Error('enough'));
      },
    });
    await expect(climb).rejects.toThrow('enough');
    expect(seen).toEqual([1 / 12, 2 / 12, 3 / 12]);
  });

  it('refuses a model without gradients', async () => {
    const model = subject.subject.model;
    const plain = Object.fromEntries(
      (['inputs', 'outputs', 'layers', 'origin'] as const).map((name) => [name, model[name]]),
    );
    const without = { ...plain, run: model.run.bind(model), close: async () => undefined } as unknown as typeof model;
    const blind = new PixelSubject(new ImageClassifier({ model: without }), normalisation, { height, width });
    await expect(ascent().visualise({ subject: blind, goal: goal(0), seed: 1 })).rejects.toMatchObject({
      code: 'CAPABILITY_MISSING',
    });
  });
});

describe('what every visualiser promises', () => {
  const cases = visualiserContract({
    create: () => ascent({ steps: 12 }),
    request: { subject, goal: goal(0), seed: 1 },
  });
  for (const { name, run, timeout } of cases) it(name, run, timeout);
});

it('is what the plugin provides', () => {
  expect(plugin.provides.map(({ kind, id }) => [kind, id])).toEqual([['visualiser', 'ascent']]);
});
