import { describe, expect, it } from '@jest/globals';
import { flatMap, float32, takeFeeds, takeObjective } from '@understory/core';
import type { Feeds, Measurement, MetricRequest } from '@understory/core';
import { upsample } from '@understory/imaging';
import type { ChainStep } from '@understory/testing';
import fc from 'fast-check';
import { deletion, paperDeletion, riseDeletion } from '../src/index.ts';
import { mapOf, tinyModel, tinyRequest, tinySize, watched } from './support/networks.ts';
import { plainBlur, plainCurve, plainOrder, type PlainPlan, type Subject } from './support/reference.ts';

const { channels, height, width } = tinySize;
const places = height * width;

function subjectOf(request: MetricRequest, sample: number): Subject {
  const pixels = (request.feeds['pixels']!.data as Float32Array).slice(
    sample * channels * places,
    (sample + 1) * channels * places,
  );
  return {
    model: request.model,
    input: 'pixels',
    output: 'logits',
    target: sample % 3,
    channels,
    height,
    width,
    pixels,
  };
}

const scoresOf = (request: MetricRequest, sample: number) =>
  upsample(request.maps[sample]!, height, width, 'bicubic').data;

const expectCurve = (found: Measurement, plain: Awaited<ReturnType<typeof plainCurve>>) => {
  expect(found.curve!.x).toEqual(plain.x);
  expect(found.curve!.y).toHaveLength(plain.y.length);
  plain.y.forEach((value, at) => expect(Math.abs(found.curve!.y[at]! - value)).toBeLessThan(1e-5));
  expect(Math.abs(found.value! - plain.area)).toBeLessThan(1e-5);
};

describe('deletion', () => {
  it.each(['normalised-logit', 'logit', 'probability'] as const)(
    'with the score %s is the plain curve at every point',
    async (score) => {
      const request = tinyRequest();
      for (const order of ['descending', 'ascending'] as const) {
        const found = await deletion({ score, order, fraction: 0.6, steps: 7, kernel: 5, sigma: 2 }).evaluate(request);
        for (const [sample, measurement] of found.entries()) {
          const subject = subjectOf(request, sample);
          const plan: PlainPlan = {
            start: 'original',
            perturbed: plainBlur(subject.pixels, tinySize, 5, 2),
            score,
            order: plainOrder(scoresOf(request, sample), order),
            fraction: 0.6,
            steps: 7,
          };
          expectCurve(measurement, await plainCurve(subject, plan));
        }
      }
    },
  );

  it.each(['constant', 'channel-mean'] as const)('with %s is the plain curve at every point', async (perturbation) => {
    const request = tinyRequest();
    const metric = deletion({ perturbation, value: 0.25, score: 'probability', fraction: 1, steps: 9 });
    const found = await metric.evaluate(request);
    for (const [sample, measurement] of found.entries()) {
      const subject = subjectOf(request, sample);
      const means = [0, 1].map(
        (channel) =>
          subject.pixels.slice(channel * places, (channel + 1) * places).reduce((sum, value) => sum + value, 0) /
          places,
      );
      const perturbed = subject.pixels.map((_, at) =>
        perturbation === 'constant' ? 0.25 : means[Math.floor(at / places)]!,
      );
      const order = plainOrder(scoresOf(request, sample), 'descending');
      const plan = { start: 'original', perturbed, score: 'probability', order, fraction: 1, steps: 9 } as const;
      expectCurve(measurement, await plainCurve(subject, plan));
    }
  });

  it("is RISE's area: all scores over their number, the two ends by half", async () => {
    const request = tinyRequest(1);
    const [found] = await deletion({ ...riseDeletion, steps: places / 2 }).evaluate(request);
    const { x, y } = found!.curve!;
    expect(x).toHaveLength(places / 2 + 1);
    const published = (y.reduce((sum, value) => sum + value, 0) - y[0]! / 2 - y.at(-1)! / 2) / (y.length - 1);
    expect(found!.value).toBeCloseTo(published, 12);
    expect([x[0], x.at(-1)]).toEqual([0, 1]);
  });

  it('has no value for a map that is the same everywhere, also once it is upsampled', async () => {
    const [first] = await deletion().evaluate(tinyRequest(1, tinySize, { maps: [mapOf(3, 4, Array(12).fill(0.1))] }));
    expect(first).toEqual({ value: undefined, reason: flatMap });
    // Of 60 x 70 values only those in the middle of each cell are read by the interpolation to 6 x 7.
    const fine = Float32Array.from({ length: 4200 }, (_, at) => (Math.floor(at / 70) % 10 === 0 ? at : 3));
    const nearest = deletion({ interpolation: 'nearest' });
    const [second] = await nearest.evaluate(tinyRequest(1, tinySize, { maps: [mapOf(60, 70, fine)] }));
    expect(second).toEqual({ value: undefined, reason: flatMap });
    const [random] = await deletion({ order: 'random' }).evaluate(
      tinyRequest(1, tinySize, { maps: [mapOf(1, 1, [0])] }),
    );
    expect(random!.value).toBeDefined();
  });

  it('goes through pixels of equal scores in a drawn order, from one score to the next, and tells how many there are', async () => {
    const coarse = mapOf(2, 1, [1, 0]);
    const request = tinyRequest(1, tinySize, { maps: [coarse] });
    const metric = deletion({ interpolation: 'nearest', score: 'logit', fraction: 1, steps: places });
    const [found] = await metric.evaluate(request);
    const subject = subjectOf(request, 0);
    const perturbed = plainBlur(subject.pixels, tinySize, 11, 15);
    const order = [...Array(places).keys()];
    const plan = { start: 'original', perturbed, score: 'logit', order, fraction: 1, steps: places } as const;
    const plain = await plainCurve(subject, plan);
    for (const at of [0, places / 2, places]) expect(found!.curve!.y[at]).toBeCloseTo(plain.y[at]!, 5);
    expect(found!.curve!.y[5]).not.toBeCloseTo(plain.y[5]!, 3);
    expect(found!.details).toMatchObject({ tied: 1, tiedAtEnd: 0 });
    const [other] = await metric.evaluate({ ...request, seed: 6 });
    expect(other!.curve!.y[5]).not.toBeCloseTo(found!.curve!.y[5]!, 3);
    const [half] = await deletion({ interpolation: 'nearest', fraction: 0.75 }).evaluate(request);
    expect(half!.details).toMatchObject({ tied: 1, tiedAtEnd: 0.5 });
  });

  it('does not mind the order of the classes', async () => {
    const request = tinyRequest();
    const metric = deletion({ score: 'probability', steps: 8 });
    const permuted = tinyModel();
    // Classes 0, 1, 2 become 2, 0, 1.
    const model = watched(permuted, () => {});
    const shuffled: typeof model = {
      ...model,
      async run(feeds: Feeds, fetch) {
        const { logits } = await permuted.run(feeds, fetch);
        const data = logits!.data as Float32Array;
        return {
          logits: float32(
            data.map((_, at) => data[at - (at % 3) + [1, 2, 0][at % 3]!]!),
            logits!.dims,
          ),
        };
      },
    };
    const objective = { kind: 'score', output: 'logits', index: [[2], [0], [1]] } as const;
    const other = await metric.evaluate({ ...request, model: shuffled, objective });
    const own = await metric.evaluate(request);
    other.forEach(({ value }, sample) => expect(value).toBeCloseTo(own[sample]!.value!, 6));
  });

  it.each(['logits', 'closing'])(
    'takes the sigmoid of a class where the model ends with one, explained at %s',
    async (output) => {
      const request = tinyRequest();
      const closing: ChainStep = {
        operator: 'Sigmoid',
        name: 'closing',
        forward: ({ dims, data }) => ({ dims, data: data.map((value) => 1 / (1 + Math.exp(-value))) }),
        backward: (_, gradient) => gradient,
      };
      const model = tinyModel(tinySize, 'tiny', [closing]);
      const objective = { ...request.objective, output } as typeof request.objective;
      const found = await deletion({ score: 'probability', steps: 6 }).evaluate({ ...request, model, objective });
      const asLogit = await deletion({ score: 'logit', steps: 6 }).evaluate(request);
      found.forEach(({ curve }, sample) => {
        const { y } = asLogit[sample]!.curve!;
        curve!.y.forEach((value, at) => expect(value).toBeCloseTo(1 / (1 + Math.exp(-y[at]!)), 6));
      });
    },
  );

  it('stays between 0 and the share of the pixels where it is a probability', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: -2, max: 2 }), { minLength: 12, maxLength: 12 }),
        fc.integer({ min: 1, max: 10 }),
        fc.integer({ min: 1, max: 50 }),
        async (values, tenths, steps) => {
          const metric = deletion({ score: 'probability', fraction: tenths / 10, steps, kernel: 3, sigma: 1 });
          const [{ value, curve }] = (await metric.evaluate(
            tinyRequest(1, tinySize, { maps: [mapOf(3, 4, values)] }),
          )) as [Measurement];
          if (new Set(values).size === 1) return expect(value).toBeUndefined();
          expect(value).toBeGreaterThanOrEqual(metric.range[0]);
          expect(value).toBeLessThanOrEqual(metric.range[1]);
          expect(curve!.x[0]).toBe(0);
          expect(curve!.x.at(-1)).toBeCloseTo(Math.floor((places * tenths) / 10) / places, 12);
        },
      ),
      { seed: 1, numRuns: 25 },
    );
  });

  it('begins a normalised curve at 1 and ends it at 0 where everything is blurred', async () => {
    const found = await deletion({ fraction: 1, steps: 5 }).evaluate(tinyRequest());
    for (const { curve } of found) {
      expect(curve!.y[0]).toBe(1);
      expect(curve!.y.at(-1)).toBeCloseTo(0, 6);
    }
  });

  it('has no value where the anchors coincide, and says so; the other samples do', async () => {
    const request = tinyRequest(2);
    const pixels = (request.feeds['pixels']!.data as Float32Array).slice();
    pixels.fill(0.5, 0, channels * places);
    const flat = { ...request, feeds: { pixels: float32(pixels, [2, channels, height, width]) } };
    const [first, second] = await deletion().evaluate(flat);
    expect(first).toEqual({ value: undefined, reason: expect.stringContaining('0.001') });
    expect(second!.value).toBeDefined();
    const [asProbability] = await deletion({ score: 'probability' }).evaluate(flat);
    expect(asProbability!.value).toBeDefined();
  });

  it('has no value for a map that is not finite', async () => {
    const request = tinyRequest(2);
    const maps = [mapOf(1, 2, [1, NaN]), request.maps[1]!];
    const [first, second] = await deletion().evaluate({ ...request, maps });
    expect(first).toEqual({ value: undefined, reason: expect.stringContaining('not finite') });
    expect(second).toEqual((await deletion().evaluate(request))[1]);
  });

  it('has no value where the model gives none', async () => {
    const request = tinyRequest(1);
    const model = {
      ...watched(request.model, () => {}),
      run: async () => ({ logits: float32(Float32Array.of(NaN), [1, 1]) }),
    };
    const objective = { kind: 'score', output: 'logits', index: [[0]] } as const;
    const [found] = await deletion({ batch: 1 }).evaluate({ ...request, model, objective });
    expect(found).toEqual({ value: undefined, reason: expect.stringContaining('not finite') });
  });

  it.each([1, 2, 5, 7, 64, 1000])('is the same in batches of %d, alone and among others', async (batch) => {
    const request = tinyRequest(4);
    for (const options of [{}, { order: 'random', repeats: 3 }, { perturbation: 'imputation', steps: 5 }] as const) {
      const expected = await deletion(options).evaluate(request);
      const found = await deletion({ ...options, batch }).evaluate(request);
      found.forEach(({ value, curve }, sample) => {
        expect(curve!.x).toEqual(expected[sample]!.curve!.x);
        expect(value).toBeCloseTo(expected[sample]!.value!, 10);
      });
      const alone = await deletion({ ...options, batch }).evaluate({
        ...request,
        feeds: takeFeeds(request.feeds, [2]),
        objective: takeObjective(request.objective, [2]),
        maps: [request.maps[2]!],
      });
      expect(alone[0]!.value).toBeCloseTo(expected[2]!.value!, 10);
    }
  });

  it('runs no batch larger than told and none twice', async () => {
    const sizes: number[] = [];
    const request = tinyRequest(3);
    const model = watched(request.model, (feeds) => sizes.push(feeds['pixels']!.dims[0]!));
    await deletion({ batch: 8, fraction: 0.5, steps: 7 }).evaluate({ ...request, model });
    // Two ends and seven steps for each of three samples.
    expect(sizes).toEqual([8, 8, 8, 3]);
  });

  it('hands the other inputs of the model on, sample by sample', async () => {
    const request = tinyRequest(2);
    const seen: number[] = [];
    const extra = float32(Float32Array.of(10, 20), [2, 1]);
    const inner = tinyModel();
    const model = {
      ...watched(inner, () => {}),
      inputs: [...inner.inputs, { name: 'tokens', type: 'float32', dims: ['N', 1] } as const],
      run({ pixels, tokens }: Feeds, fetch: readonly string[]) {
        seen.push(...(tokens!.data as Float32Array));
        return inner.run({ pixels: pixels! }, fetch);
      },
    };
    await deletion({ steps: 2, batch: 3 }).evaluate({ ...request, model, feeds: { ...request.feeds, tokens: extra } });
    expect(seen).toEqual([10, 10, 10, 10, 20, 20, 20, 20]);
  });

  it('averages random orders, whatever the map, and tells their spread', async () => {
    const request = tinyRequest(2);
    const metric = deletion({ order: 'random', repeats: 4, steps: 6 });
    expect(metric.better).toBe('neither');
    const found = await metric.evaluate(request);
    const others = await metric.evaluate({ ...request, maps: request.maps.toReversed() });
    expect(others).toEqual(found);
    expect(await metric.evaluate({ ...request, seed: 6 })).not.toEqual(found);
    for (const { details, curve, value } of found) {
      expect(details!['spread']).toBeGreaterThan(0);
      expect(curve!.y[0]).toBe(1);
      expect(value).toBeGreaterThan(0);
    }
    const one = await deletion({ order: 'random', repeats: 1, steps: 6 }).evaluate(request);
    expect(one[0]!.details).not.toHaveProperty('spread');
  });

  it('keeps the scores at the ends that it divides by', async () => {
    const request = tinyRequest(1);
    const [found] = await deletion().evaluate(request);
    const subject = subjectOf(request, 0);
    const { logits } = await request.model.run(request.feeds, ['logits']);
    expect(found!.details!['original']).toBeCloseTo((logits!.data as Float32Array)[0]!, 6);
    const blurred = float32(plainBlur(subject.pixels, tinySize, 11, 15), [1, channels, height, width]);
    const end = await request.model.run({ pixels: blurred }, ['logits']);
    expect(found!.details!['perturbed']).toBeCloseTo((end['logits']!.data as Float32Array)[0]!, 5);
  });

  it('has the settings of the paper by default', () => {
    const defaults = Object.fromEntries(
      Object.entries(deletion.options).map(([name, option]) => [name, option.default]),
    );
    expect(defaults).toMatchObject(paperDeletion);
    expect(deletion(paperDeletion)).toMatchObject({ better: 'lower', range: [-Infinity, Infinity] });
    expect(deletion(riseDeletion)).toMatchObject({ better: 'lower', range: [0, 1] });
    expect(deletion({ order: 'ascending' }).better).toBe('higher');
  });

  it('stops where it is told to', async () => {
    const controller = new AbortController();
    const request = tinyRequest(1);
    let runs = 0;
    const model = watched(request.model, () => {
      runs += 1;
      if (runs === 2) controller.abort();
    });
    await expect(deletion({ batch: 4 }).evaluate({ ...request, model, signal: controller.signal })).rejects.toThrow();
    expect(runs).toBe(2);
  });

  it('refuses what it cannot measure', async () => {
    const request = tinyRequest(2);
    const failure = (code: string) => expect.objectContaining({ code });
    await expect(deletion().evaluate({ ...request, maps: request.maps.slice(1) })).rejects.toThrow(
      failure('MAP_COUNT'),
    );
    const objective = takeObjective(request.objective, [0]);
    await expect(deletion().evaluate({ ...request, objective })).rejects.toThrow(failure('TARGET_COUNT'));
    const sum = { kind: 'sum', terms: [{ weight: 2, of: request.objective }] } as const;
    await expect(deletion({ score: 'probability' }).evaluate({ ...request, objective: sum })).rejects.toThrow(
      failure('SCORE_NOT_A_CLASS'),
    );
    const [asLogit] = await deletion().evaluate({ ...request, objective: sum });
    expect(asLogit!.value).toBeCloseTo((await deletion().evaluate(request))[0]!.value!, 6);
    expect(() => deletion({ kernel: 4 })).toThrow(failure('OPTION_INVALID'));
  });
});
