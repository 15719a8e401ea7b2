import { describe, expect, it } from '@jest/globals';
import { augmented, float32 } from '@understory/core';
import type { Explainer, Feeds, Model, Objective } from '@understory/core';

/** The first channel of the image of each sample, times its mask where there is one. */
const shown: Explainer = {
  async explain({ feeds }) {
    const { pixels, mask } = feeds;
    const [batch = 0, height = 0, width = 0, channels = 0] = pixels!.dims;
    const size = height * width;
    return Array.from({ length: batch }, (_, sample) => ({
      ...{ height, width, layer: 'features' },
      data: Float32Array.from({ length: size }, (__, at) => {
        const seen = mask === undefined ? 1 : Number(mask.data[sample * size + at]!);
        return seen * Number(pixels!.data[(sample * size + at) * channels]!);
      }),
    }));
  },
};

const model: Model = {
  inputs: [
    { name: 'pixels', type: 'float32', dims: ['N', 2, 4, 3] },
    { name: 'mask', type: 'float32', dims: ['N', 2, 4] },
  ],
  outputs: [{ name: 'logits', type: 'float32', dims: ['N', 4] }],
  layers: [],
  origin: { backend: 'test', executionProvider: 'cpu', sha256: '', remarks: [] },
  run: async () => ({}),
  close: async () => undefined,
};
const objective: Objective = { kind: 'score', output: 'logits', index: [[0]] };
const pixels = float32(Float32Array.from([1, 2, 3, 4, 5, 6, 7, 8].flatMap((value) => [value, -9, -9])), [1, 2, 4, 3]);
const explain = async (feeds: Feeds, asked = objective) => {
  const [map] = await augmented(shown).explain({ model, feeds, objective: asked, image: 'pixels' });
  return map!;
};

describe('augmented', () => {
  it('flips maps back, and masks of the image with it', async () => {
    const mask = float32(Float32Array.of(1, 0, 0, 0, 1, 1, 0, 0), [1, 2, 4]);
    const { data, layer } = await explain({ pixels, mask });
    // Only then does every version show 1, 5 and 6, scaled by the largest of them.
    [1 / 6, 0, 0, 0, 5 / 6, 1, 0, 0].forEach((expected, at) => expect(data[at]).toBeCloseTo(expected, 5));
    expect(layer).toBe('features');
  });

  it('scales each map by its lowest and highest value', async () => {
    const { data } = await explain({ pixels });
    data.forEach((value, at) => expect(value).toBeCloseTo(at / 7, 5));
  });

  it.each<[string, Objective, number]>([
    ['a class', objective, 6],
    ['a difference of classes', { kind: 'sum', terms: [{ weight: -1, of: objective }] }, 6],
    ['a pixel', { kind: 'score', output: 'logits', index: [[0, 1, 1]] }, 3],
    [
      'a sum with a pixel',
      { kind: 'sum', terms: [{ weight: 1, of: { kind: 'score', output: 'logits', index: [[0, 1]] } }] },
      3,
    ],
  ])('tells the progress of all versions of the image, explaining %s', async (_, asked, versions) => {
    const told: (readonly [number, number])[] = [];
    const slow: Explainer = {
      explain: (request) => {
        request.progress?.(1, 2);
        request.progress?.(2, 2);
        return shown.explain(request);
      },
    };
    const progress = (done: number, total: number) => told.push([done, total]);
    await augmented(slow).explain({ model, feeds: { pixels }, objective: asked, image: 'pixels', progress });
    expect(told).toEqual(Array.from({ length: 2 * versions }, (__, at) => [at + 1, 2 * versions]));
  });
});
