import { describe, expect, it } from '@jest/globals';
import { float32, seededRandom } from '@understory/core';
import type { Model, Objective } from '@understory/core';
import { rise, riseMasks } from '@understory/explain-perturbation';
import { upsample } from '@understory/imaging';
import { ChainModel, flatten, linear } from '@understory/testing';
import fc from 'fast-check';
import { close, dot, imageAndWeights, linearScore, mapOf, sum } from './networks.ts';

interface MaskOptions {
  readonly masks: number;
  readonly grid: number;
  readonly open: number;
}

/** Section 3.2 of the paper written out over a whole stretched grid. */
function plainMasks(height: number, width: number, { masks, grid, open }: MaskOptions, seed: number): Float32Array[] {
  const random = seededRandom(seed).fork('rise');
  const tall = Math.ceil(height / grid);
  const wide = Math.ceil(width / grid);
  return Array.from({ length: masks }, () => {
    const cells = Float32Array.from({ length: grid * grid }, () => Number(random.uniform() < open));
    const whole = upsample(
      { height: grid, width: grid, data: cells },
      (grid + 1) * tall,
      (grid + 1) * wide,
      'bilinear',
    );
    const top = random.integer(tall);
    const left = random.integer(wide);
    return Float32Array.from(
      { length: height * width },
      (_, at) => whole.data[(top + Math.floor(at / width)) * whole.width + left + (at % width)]!,
    );
  });
}

describe('riseMasks', () => {
  it('are open on average as often as is asked for, everywhere', () => {
    const draw = riseMasks({ height: 14, width: 14 }, { grid: 7, open: 0.3, random: seededRandom(1) });
    const count = 4000;
    const mean = new Float64Array(196);
    for (let mask = 0; mask < count; mask += 1) draw().forEach((value, at) => (mean[at]! += value / count));
    // Five standard errors of what varies most, a mask of zeros and ones.
    const bound = 5 * Math.sqrt((0.3 * 0.7) / count);
    expect(Math.max(...mean.map((value) => Math.abs(value - 0.3)))).toBeLessThan(bound);
  });

  it('lie between 0 and 1 and are shifted against each other', () => {
    const draw = riseMasks({ height: 20, width: 13 }, { grid: 3, open: 0.5, random: seededRandom(2) });
    const masks = Array.from({ length: 50 }, draw);
    for (const mask of masks) expect(mask.every((value) => value >= 0 && value <= 1)).toBe(true);
    expect(new Set(masks.map((mask) => mask.join())).size).toBeGreaterThan(45);
  });

  it('are the same in an array that is used again', () => {
    const drawing = () => riseMasks({ height: 20, width: 13 }, { grid: 3, open: 0.5, random: seededRandom(2) });
    const [draw, again] = [drawing(), drawing()];
    const kept = new Float32Array(20 * 13).fill(7);
    for (let count = 0; count < 3; count += 1) {
      expect(again(kept)).toBe(kept);
      expect(kept).toEqual(draw());
    }
  });
});

describe('rise', () => {
  it('equals the definition written out, for any batch size', async () => {
    await fc.assert(
      fc.asyncProperty(
        imageAndWeights(),
        fc.record({
          masks: fc.integer({ min: 1, max: 9 }),
          grid: fc.integer({ min: 1, max: 4 }),
          open: fc.constantFrom(0.25, 0.5, 1),
          batch: fc.integer({ min: 1, max: 10 }),
        }),
        fc.integer({ min: 0, max: 9 }),
        async ({ dims, x, weights }, options, seed) => {
          const [, height, width] = dims;
          const explainer = rise({ ...options, score: 'objective' });
          const map = await mapOf(explainer, linearScore(weights, dims), x, { seed });
          const masks = plainMasks(height, width, options, seed);
          const scores = masks.map((mask) =>
            dot(
              weights,
              x.map((value, at) => value * mask[at % mask.length]!),
            ),
          );
          const expected = Array.from({ length: height * width }, (_, place) =>
            sum(masks.map((mask, at) => (scores[at]! * mask[place]!) / (options.masks * options.open))),
          );
          return map.height === height && map.width === width && close(map.data, expected, 2e-5);
        },
      ),
      { seed: 1, numRuns: 60 },
    );
  });

  it('finds the place that the score depends on', async () => {
    const weights = Array.from({ length: 64 }, (_, at) => (at === 8 * 2 + 5 ? 4 : 0));
    const x = weights.map(() => 1);
    const map = await mapOf(rise({ masks: 500, grid: 4, score: 'objective' }), linearScore(weights, [1, 8, 8]), x, {
      seed: 3,
    });
    const best = map.data.indexOf(Math.max(...map.data));
    const [y, column] = [Math.floor(best / 8), best % 8];
    expect(Math.abs(y - 2) + Math.abs(column - 5)).toBeLessThanOrEqual(1);
  });

  it('weighs by the probability of the class, and does not take it twice', async () => {
    const weights = [
      [2, 0, 1, -1],
      [-1, 1, 0, 3],
    ];
    const logits = new ChainModel({ input: [1, 2, 2], steps: [flatten('flat'), linear('logits', weights, [0, 0.5])] });
    const softmax = (row: readonly number[]) => row.map((value) => Math.exp(value) / sum(row.map(Math.exp)));
    const probabilities = withOutput(logits, softmax);
    const x = [1, 0.5, -1, 0.25];
    const options = { masks: 6, grid: 2 };
    const plain = await mapOf(rise({ ...options, score: 'objective' }), probabilities, x);
    expect(close((await mapOf(rise(options), logits, x)).data, [...plain.data])).toBe(true);
    expect(close((await mapOf(rise(options), probabilities, x)).data, [...plain.data])).toBe(true);
    const raw = await mapOf(rise({ ...options, score: 'objective' }), logits, x);
    expect(close(raw.data, [...plain.data])).toBe(false);
    const crossEntropy: Objective = { kind: 'crossEntropy', output: 'logits', target: [0] };
    const feeds = { pixels: float32(Float32Array.from(x), [1, 1, 2, 2]) };
    const [map] = await rise(options).explain({ model: logits, feeds, objective: crossEntropy });
    expect(close(map!.data, [...plain.data])).toBe(true);
  });

  it('draws other masks for another seed', async () => {
    const model = linearScore([1, 2, 3, 4], [1, 2, 2]);
    const at = async (seed: number) => (await mapOf(rise({ masks: 5 }), model, [1, 1, 1, 1], { seed })).data;
    expect(await at(1)).toEqual(await at(1));
    expect(await at(1)).not.toEqual(await at(2));
  });

  it('never runs more than a batch at a time and tells how far it is', async () => {
    const model = linearScore([1, 2, 3, 4], [1, 2, 2]);
    const sizes: number[] = [];
    const watched: Model = {
      ...{ inputs: model.inputs, outputs: model.outputs, layers: model.layers, origin: model.origin },
      run(feeds, fetch) {
        sizes.push(feeds['pixels']!.dims[0]!);
        return model.run(feeds, fetch);
      },
      close: () => model.close(),
    };
    const told: [number, number][] = [];
    const progress = (done: number, total: number) => told.push([done, total]);
    await mapOf(rise({ masks: 10, batch: 4 }), watched, [1, 1, 1, 1], { progress });
    expect(sizes).toEqual([3, 3, 4]);
    expect(told).toEqual([
      [3, 10],
      [6, 10],
      [10, 10],
    ]);
  });
});

/** The same network with its output changed row by row. */
function withOutput(model: ChainModel, change: (row: readonly number[]) => readonly number[]): Model {
  const { inputs, outputs, layers, origin } = model;
  return {
    inputs,
    outputs,
    layers,
    origin,
    async run(feeds, fetch) {
      const { logits } = await model.run(feeds, ['logits']);
      const values = [...(logits!.data as Float32Array)];
      const rows = values.flatMap((_, at) => (at % 2 === 0 ? change(values.slice(at, at + 2)) : []));
      return Object.fromEntries(fetch.map((name) => [name, float32(Float32Array.from(rows), logits!.dims)]));
    },
    close: () => model.close(),
  };
}
