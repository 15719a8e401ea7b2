import { describe, expect, it } from '@jest/globals';
import { augmented, float32 } from '@understory/core';
import type { Explainer, HeatMap, Objective } from '@understory/core';
import { cam, eigenCam } from '@understory/explain-cam';
import {
  ChainModel,
  explainerContract,
  flatten,
  globalAveragePool,
  linear,
  pointwiseConvolution,
  relu,
} from '@understory/testing';

const wave = (length: number, speed: number) => Array.from({ length }, (_, at) => Math.sin(speed * (at + 1)));

const head = [wave(3, 1.3), wave(3, 2.1), wave(3, 0.7)];
const network = () =>
  new ChainModel({
    input: [3, 3, 2],
    steps: [
      pointwiseConvolution('stem', [wave(3, 1), wave(3, 2), wave(3, 3)], [0.4, 0.2, 0.6]),
      relu('features'),
      globalAveragePool('pool'),
      flatten('flat'),
      linear('logits', head, [0, 1, 2]),
    ],
  });
const feeds = { pixels: float32(Float32Array.from(wave(54, 0.9)), [3, 3, 3, 2]) };
const objective: Objective = { kind: 'score', output: 'logits', index: [[0], [2], [1]] };
const explain = (explainer: Explainer): Promise<readonly HeatMap[]> =>
  explainer.explain({ model: network(), feeds, objective });

/** C v for the products less their means, v by power iteration on C^T C, turned so that it sums to no less than 0. */
function principal(products: readonly (readonly number[])[]): number[] {
  const centred = products.map((row) => row.map((value) => value - row.reduce((a, b) => a + b, 0) / row.length));
  const project = (axis: readonly number[]) =>
    centred[0]!.map((_, place) => centred.reduce((sum, row, k) => sum + row[place]! * axis[k]!, 0));
  let axis = [0.3, 0.5, 0.8];
  for (let times = 0; times < 5000; times += 1) {
    const scores = project(axis);
    const next = centred.map((row) => row.reduce((sum, value, place) => sum + value * scores[place]!, 0));
    const length = Math.hypot(...next);
    axis = next.map((value) => value / length);
  }
  const sign = axis.reduce((a, b) => a + b, 0) < 0 ? -1 : 1;
  return project(axis.map((value) => sign * value));
}

describe('smooth', () => {
  it('eigen projects the products of CAM on their first principal axis', async () => {
    const { features } = await network().run(feeds, ['features']);
    const maps = await explain(cam({ smooth: ['eigen'] }));
    maps.forEach(({ data }, sample) => {
      const weights = head[[0, 2, 1][sample]!]!;
      const products = weights.map((weight, k) =>
        Array.from({ length: 6 }, (_, at) => weight * Number(features!.data[sample * 18 + k * 6 + at])),
      );
      principal(products).forEach((expected, at) => expect(data[at]).toBeCloseTo(expected, 5));
    });
  });

  it.each([
    ['cam', cam, cam({ smooth: ['augmentation'] })],
    ['eigencam', eigenCam(), eigenCam({ smooth: ['augmentation'] })],
  ] as const)('augmentation averages maps of %s of versions of the image', async (_, plain, smoothed) => {
    const maps = await explain(smoothed);
    expect(maps).toEqual(await explain(augmented(plain)));
    expect(maps).not.toEqual(await explain(plain));
  });

  describe.each([
    ['cam', cam({ smooth: ['eigen', 'augmentation'] })],
    ['eigencam', eigenCam({ smooth: ['augmentation'] })],
  ] as const)('%s', (_, explainer) => {
    for (const { name, run, timeout } of explainerContract({
      create: () => explainer,
      open: network,
      feeds,
      objective,
    }))
      it(name, run, timeout);
  });
});
