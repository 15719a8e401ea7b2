import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { OnnxBackend } from '@understory/backend-onnx';
import { elementCount, float32, seededRandom, toFloat32 } from '@understory/core';
import type { Objective } from '@understory/core';
import { eigenCam } from '@understory/explain-cam';
import { ChainModel, explainerContract, flatten, linear, pointwiseConvolution, relu } from '@understory/testing';
import { readGolden } from '@understory/testing/node';
import fc from 'fast-check';

const goldens = fileURLToPath(new URL('../../../fixtures/golden', import.meta.url));

/** The map of a network whose layer "features" is the rectified image, one row a channel. */
async function mapOf(activations: readonly (readonly number[])[], centre = false): Promise<number[]> {
  const dims = [activations.length, 1, activations[0]!.length] as const;
  const model = new ChainModel({
    input: dims,
    steps: [relu('features'), flatten('flat'), linear('logits', [activations.flat().map(() => 1)], [0])],
  });
  const feeds = { pixels: float32(Float32Array.from(activations.flat()), [1, ...dims]) };
  const objective: Objective = { kind: 'score', output: 'logits', index: [[0]] };
  const [map] = await eigenCam({ centre }).explain({ model, feeds, objective, layer: 'features', layout: 'nchw' });
  expect(map).toMatchObject({ height: 1, width: dims[2], layer: 'features' });
  return [...map!.data];
}

/** A v by power iteration on A^T A, whose elements are not negative behind a ReLU. */
function plain(activations: readonly (readonly number[])[]): number[] {
  const project = (axis: readonly number[]) =>
    activations[0]!.map((_, place) => activations.reduce((sum, row, k) => sum + row[place]! * axis[k]!, 0));
  let axis = activations.map(() => 1);
  for (let times = 0; times < 20_000; times += 1) {
    const scores = project(axis);
    const next = activations.map((row) => row.reduce((sum, value, place) => sum + value * scores[place]!, 0));
    const length = Math.hypot(...next);
    if (length === 0) return scores;
    axis = next.map((value) => value / length);
  }
  return project(axis);
}

const wave = (length: number, speed: number) => Array.from({ length }, (_, at) => Math.sin(speed * (at + 1)));

describe('eigenCam', () => {
  it('is the length of the activations of each place where all have one direction', async () => {
    const map = await mapOf([
      [3, 6, 0],
      [4, 8, 0],
    ]);
    [5, 10, 0].forEach((expected, at) => expect(map[at]).toBeCloseTo(expected, 5));
  });

  it('takes off the mean of each channel where it is told to', async () => {
    const map = await mapOf(
      [
        [3, 6, 0],
        [4, 8, 0],
      ],
      true,
    );
    [0, 5, 0].forEach((expected, at) => expect(map[at]).toBeCloseTo(expected, 5));
  });

  it('equals power iteration', async () => {
    const number = fc.integer({ min: 1, max: 64 }).map((value) => value / 64);
    const rows = fc.array(fc.array(number, { minLength: 4, maxLength: 4 }), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(rows, async (activations) => {
        const expected = plain(activations);
        return (await mapOf(activations)).every((value, at) => Math.abs(value - expected[at]!) < 1e-5);
      }),
      { seed: 1, numRuns: 50 },
    );
  });

  const network = () =>
    new ChainModel({
      input: [3, 3, 2],
      steps: [
        pointwiseConvolution('stem', [wave(3, 1), wave(3, 2), wave(3, 3)], [0.4, 0.2, 0.6]),
        relu('features'),
        flatten('flat'),
        linear('logits', [wave(18, 1.3), wave(18, 2.1), wave(18, 0.7)], [0, 1, 2]),
      ],
    });
  const feeds = { pixels: float32(Float32Array.from(wave(54, 0.9)), [3, 3, 3, 2]) };
  const objective: Objective = { kind: 'score', output: 'logits', index: [[0], [2], [1]] };
  for (const layer of ['features', undefined]) {
    describe(layer === undefined ? 'without a layer' : 'on a layer', () => {
      const cases = explainerContract({
        create: () => eigenCam(),
        open: network,
        feeds,
        objective,
        ...(layer && { layer }),
      });
      for (const { name, run, timeout } of cases) it(name, run, timeout);
    });
  }

  /** Takes one sample at a time. */
  describe('through ONNX Runtime', () => {
    const random = seededRandom('contract');
    const dims = [2, 3, 32, 32];
    const images = float32(
      Float32Array.from({ length: elementCount(dims) }, () => random.normal()),
      dims,
    );
    const path = join(goldens, 'networks', 'vgg-torchscript', 'model.onnx');
    const cases = explainerContract({
      create: () => eigenCam(),
      open: () => new OnnxBackend().open({ kind: 'file', path }, { threads: 1 }),
      feeds: { input: images },
      objective: { kind: 'score', output: 'logits', index: [[3], [7]] },
      layer: 'features.13',
    });
    for (const { name, run, timeout } of cases) it(name, run, timeout);
  });

  it.each(['resnet-torchscript', 'vit-torchscript'])("equals pytorch-grad-cam's on %s", async (network) => {
    const golden = await readGolden(join(goldens, 'peer-maps', network));
    const path = join(goldens, 'networks', network, 'model.onnx');
    const model = await new OnnxBackend().open({ kind: 'file', path }, { threads: 1 });
    try {
      const index = golden.classes.map((target) => [target]);
      for (const layer of golden.layers) {
        const maps = await eigenCam({ centre: true }).explain({
          ...{ model, feeds: { [model.inputs[0]!.name]: golden.input }, layer: layer.tensor },
          objective: { kind: 'score', output: model.outputs[0]!.name, index },
        });
        const projections = golden.tensor(layer.maps['eigencam']!);
        const size = projections.dims[1]! * projections.dims[2]!;
        maps.forEach(({ data }, sample) => {
          const wanted = toFloat32(projections).subarray(sample * size, (sample + 1) * size);
          const largest = Math.max(...wanted.map(Math.abs));
          // The package has the sign that the decomposition happens to have.
          const apart = [1, -1].map((sign) =>
            Math.max(...data.map((value, at) => Math.abs(value - Math.max(sign * wanted[at]!, 0)) / largest)),
          );
          expect(Math.min(...apart)).toBeLessThan(1e-4);
          expect(Math.max(...data)).toBeGreaterThan(0);
        });
      }
    } finally {
      await model.close();
    }
  });
});
