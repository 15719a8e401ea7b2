import { describe, expect, it } from '@jest/globals';
import { float32, tensor } from '@understory/core';
import type { Model, Objective, Tensor } from '@understory/core';
import { cam } from '@understory/explain-cam';
import { gradCam } from '@understory/explain-gradcam';
import {
  ChainModel,
  explainerContract,
  flatten,
  globalAveragePool,
  linear,
  pointwiseConvolution,
  relu,
} from '@understory/testing';
import fc from 'fast-check';

const classifier = (weights: readonly (readonly number[])[], bias = weights.map(() => 0)) =>
  new ChainModel({
    input: [2, 2, 3],
    steps: [
      pointwiseConvolution(
        'stem',
        [
          [1, -0.5],
          [0.25, 1],
          [-1, 0.75],
        ],
        [0.4, 0.2, 0.6],
      ),
      relu('features'),
      globalAveragePool('pooled'),
      flatten('flat'),
      linear('logits', weights, bias),
    ],
  });
const weights = [
  [1, -2, 0.5],
  [0.3, 1, -1],
  [-1, 0.2, 2],
];
const pixels = (values: readonly number[]) => ({
  pixels: float32(Float32Array.from(values), [values.length / 12, 2, 2, 3]),
});
const feeds = pixels(Array.from({ length: 24 }, (_, at) => Math.sin(1.7 * at) + 0.1 * at));
const score = (...classes: readonly number[]): Objective => ({
  kind: 'score',
  output: 'logits',
  index: classes.map((index) => [index]),
});

describe('the contract of explainers', () => {
  const subject = { create: () => cam, open: () => classifier(weights), feeds, objective: score(0, 2) };
  for (const { name, run, timeout } of explainerContract(subject)) it(name, run, timeout);
});

describe('cam', () => {
  it('reads maps of more places than a call has arguments', async () => {
    const side = 400;
    const model = new ChainModel({
      input: [1, side, side],
      steps: [
        pointwiseConvolution('stem', [[1], [-2]], [0.5, 0.25]),
        relu('features'),
        globalAveragePool('pooled'),
        flatten('flat'),
        linear('logits', [[3, 2]], [0]),
      ],
    });
    const data = Float32Array.from({ length: side * side }, (_, at) => (at % 5) - 2);
    const maps = await cam.explain({
      model,
      feeds: { pixels: float32(data, [1, 1, side, side]) },
      objective: { kind: 'score', output: 'logits', index: [[0]] },
    });
    const expected = data.map((x) => 3 * Math.max(x + 0.5, 0) + 2 * Math.max(0.25 - 2 * x, 0));
    expect([maps[0]!.height, maps[0]!.width]).toEqual([side, side]);
    for (const at of [0, 1, 2, 3, 4, 159_999]) expect(maps[0]!.data[at]).toBeCloseTo(expected[at]!, 5);
  });

  it('keeps what speaks against a class', async () => {
    const maps = await cam.explain({ model: classifier(weights), feeds, objective: score(0, 2) });
    expect(Math.min(...maps[0]!.data)).toBeLessThan(0);
  });

  it('has the score without its bias for a mean', async () => {
    await fc.assert(
      fc.asyncProperty(images, heads, async (image, { rows, bias, index }) => {
        const model = classifier(rows, bias);
        const [map] = await cam.explain({ model, feeds: pixels(image), objective: score(index) });
        const { logits } = await model.run(pixels(image), ['logits']);
        const mean = map!.data.reduce((sum, value) => sum + value, 0) / map!.data.length;
        return Math.abs(mean + bias[index]! - Number(logits!.data[index])) < 1e-4;
      }),
      { seed: 1, numRuns: 100 },
    );
  });

  it('is Grad-CAM up to a positive scale, after ReLU, behind pooling and a linear layer', async () => {
    await fc.assert(
      fc.asyncProperty(images, heads, async (image, { rows, bias, index }) => {
        const request = { model: classifier(rows, bias), feeds: pixels(image), objective: score(index) };
        const [exact] = await cam.explain(request);
        const [graded] = await gradCam.explain({ ...request, layer: 'features' });
        // The gradient of a mean over six places is a sixth of the weight.
        return exact!.data.every((value, place) => Math.abs(Math.max(0, value) - 6 * graded!.data[place]!) < 1e-4);
      }),
      { seed: 2, numRuns: 100 },
    );
  });

  it('explains differences of scores', async () => {
    const model = classifier(weights);
    const contrast: Objective = {
      kind: 'sum',
      terms: [
        { weight: 2, of: score(0, 2) },
        { weight: -1, of: { kind: 'sum', terms: [{ weight: 1, of: score(1, 1) }] } },
      ],
    };
    const [maps, left, right] = await Promise.all(
      [contrast, score(0, 2), score(1, 1)].map((objective) => cam.explain({ model, feeds, objective })),
    );
    maps!.forEach(({ data }, sample) =>
      data.forEach((value, place) =>
        expect(value).toBeCloseTo(2 * left![sample]!.data[place]! - right![sample]!.data[place]!, 5),
      ),
    );
  });

  it('explains a product with the scores', async () => {
    const model = classifier(weights);
    const oneHot = float32(Float32Array.of(1, 0, 0, 0, 0, 1), [2, 3]);
    const product: Objective = { kind: 'cotangent', cotangents: { logits: oneHot } };
    expect(await cam.explain({ model, feeds, objective: product })).toEqual(
      await cam.explain({ model, feeds, objective: score(0, 2) }),
    );
  });

  it('refuses a cross-entropy, also inside a sum', async () => {
    const entropy: Objective = { kind: 'crossEntropy', output: 'logits', target: [0, 1] };
    for (const objective of [entropy, { kind: 'sum', terms: [{ weight: 1, of: entropy }] } as const]) {
      await expect(cam.explain({ model: classifier(weights), feeds, objective })).rejects.toMatchObject({
        code: 'CAM_NOT_APPLICABLE',
        found: expect.stringContaining('cross-entropy'),
      });
    }
  });

  it('refuses a similarity, also inside a sum', async () => {
    const to = float32(Float32Array.of(1, 0, 0, 0, 1, 0), [2, 3]);
    const similarity: Objective = { kind: 'similarity', output: 'logits', to };
    for (const objective of [similarity, { kind: 'sum', terms: [{ weight: 1, of: similarity }] } as const]) {
      await expect(cam.explain({ model: classifier(weights), feeds, objective })).rejects.toMatchObject({
        code: 'CAM_NOT_APPLICABLE',
        found: expect.stringContaining('similarity'),
      });
    }
  });

  it.each([-1, 3, 0.5])('refuses class %d', async (index) => {
    await expect(cam.explain({ model: classifier(weights), feeds, objective: score(0, index) })).rejects.toMatchObject({
      code: 'CLASS_OUT_OF_RANGE',
    });
  });

  it('reads float16 maps and scores', async () => {
    const model = classifier([[1, -2, 0]]);
    // Three channels of two rows alike: 1, 2, 0; 0.5, 0, 0.25; 4, 4, 4. The score is 1 - 2 * 0.25.
    const twice = (...row: readonly number[]) => [...row, ...row];
    const half = (dims: readonly number[], ...bits: readonly number[]): Tensor =>
      tensor('float16', Uint16Array.from(bits), dims);
    const halves: Model = {
      inputs: model.inputs,
      outputs: model.outputs,
      layers: model.layers,
      origin: model.origin,
      graph: model.graph,
      run: async () => ({
        features: half(
          [1, 3, 2, 3],
          ...twice(0x3c00, 0x4000, 0x0000),
          ...twice(0x3800, 0x0000, 0x3400),
          ...twice(0x4400, 0x4400, 0x4400),
        ),
        logits: half([1, 1], 0x3800),
      }),
      close: () => model.close(),
    };
    const [map] = await cam.explain({ model: halves, feeds: pixels(Array(12).fill(0)), objective: score(0) });
    expect(map).toEqual({ height: 2, width: 3, data: Float32Array.of(0, 2, -0.5, 0, 2, -0.5), layer: 'features' });
  });
});

const images = fc.array(
  fc.integer({ min: -128, max: 128 }).map((value) => value / 64),
  { minLength: 12, maxLength: 12 },
);
const number = fc.integer({ min: -64, max: 64 }).map((value) => value / 32);
const heads = fc.integer({ min: 1, max: 4 }).chain((count) =>
  fc.record({
    rows: fc.array(fc.array(number, { minLength: 3, maxLength: 3 }), { minLength: count, maxLength: count }),
    bias: fc.array(number, { minLength: count, maxLength: count }),
    index: fc.nat(count - 1),
  }),
);
