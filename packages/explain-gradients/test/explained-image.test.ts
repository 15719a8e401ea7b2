import { describe, expect, it } from '@jest/globals';
import { float32, tensor, toFloat32 } from '@understory/core';
import type { Differentiability, DifferentiableModel, Feeds, Model, Objective, TensorSpec } from '@understory/core';
import { inputXGradient, integratedGradients, saliency } from '@understory/explain-gradients';

const objective: Objective = { kind: 'score', output: 'logits', index: [[0], [0]] };

/** S = sum of the squares of the image, of any type, and what it was fed. */
function squares(
  image: TensorSpec,
  fed: Feeds[],
  way: Differentiability = { differentiable: true },
): DifferentiableModel {
  const values = (feeds: Feeds) => {
    const pixels = toFloat32(feeds['image']!);
    const [batch = 0] = feeds['image']!.dims;
    const size = pixels.length / batch;
    return Float32Array.from({ length: batch }, (_, sample) =>
      pixels.subarray(sample * size, (sample + 1) * size).reduce((sum, value) => sum + value * value, 0),
    );
  };
  return {
    inputs: [{ name: 'words', type: 'int64', dims: ['N', 2] }, image],
    outputs: [{ name: 'logits', type: 'float32', dims: ['N', 1] }],
    layers: [],
    origin: { backend: 'squares', executionProvider: 'memory', sha256: '', remarks: [] },
    run: async (feeds) => ({ logits: float32(values(feeds), [feeds['image']!.dims[0]!, 1]) }),
    close: async () => {},
    differentiability: () => way,
    async differentiate({ feeds }) {
      fed.push(feeds);
      const { dims } = feeds['image']!;
      const gradients = {
        image: float32(
          toFloat32(feeds['image']!).map((value) => 2 * value),
          dims,
        ),
      };
      return { value: values(feeds), gradients, fetched: {} };
    },
  };
}

const words = tensor('int64', BigInt64Array.of(1n, 2n, 3n, 4n), [2, 2]);
const half = tensor('float16', Uint16Array.of(0x3c00, 0x4000, 0x4200, 0x4400), [2, 1, 1, 2]);
const image: TensorSpec = { name: 'image', type: 'float16', dims: ['N', 1, 1, 2] };

describe('the image that gradients are taken of', () => {
  it('may be of half precision, and keeps its type on the way', async () => {
    const fed: Feeds[] = [];
    const model = squares(image, fed);
    const maps = await integratedGradients({ steps: 3, batch: 2 }).explain({
      model,
      feeds: { image: half, words },
      objective,
    });
    // A square is 0 at 0 and its gradient linear, so that the midpoint rule is exact.
    expect(maps.map(({ data }) => [...data].map((value) => Math.round(value * 100) / 100))).toEqual([
      [1, 4],
      [9, 16],
    ]);
    expect(new Set(fed.map((feeds) => feeds['image']!.type))).toEqual(new Set(['float16']));
  });

  it('takes the other inputs of the same sample along', async () => {
    const fed: Feeds[] = [];
    const request = { model: squares(image, fed), feeds: { image: half, words }, objective };
    await integratedGradients({ steps: 2, batch: 2 }).explain(request);
    expect(fed.map((feeds) => feeds['words']!.data)).toEqual([
      BigInt64Array.of(1n, 2n, 1n, 2n),
      BigInt64Array.of(3n, 4n, 3n, 4n),
    ]);
  });

  it('must be reached by gradients; the error names what works without', async () => {
    const feeds = { image: half, words };
    const blocked: Differentiability = {
      differentiable: false,
      reason: 'operator',
      message: 'Mystery has no gradient.',
    };
    await expect(saliency.explain({ model: squares(image, [], blocked), feeds, objective })).rejects.toMatchObject({
      code: 'NOT_DIFFERENTIABLE',
      found: 'Mystery has no gradient.',
      next: 'Use instead: rise, occlusion, scorecam, ablationcam.',
    });
    const { inputs, outputs, layers, origin, run, close } = squares(image, []);
    const plain: Model = { inputs, outputs, layers, origin, run, close };
    await expect(saliency.explain({ model: plain, feeds, objective })).rejects.toMatchObject({
      code: 'NOT_DIFFERENTIABLE',
      found: 'the backend "squares" computes no gradients',
    });
  });

  it('must be there', async () => {
    const model = squares({ name: 'image', type: 'float32', dims: ['N', 2] }, []);
    const feeds = { image: float32(new Float32Array(4), [2, 2]), words };
    await expect(inputXGradient.explain({ model, feeds, objective })).rejects.toMatchObject({ code: 'NO_IMAGE_INPUT' });
  });
});
