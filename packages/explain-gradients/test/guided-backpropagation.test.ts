import { describe, expect, it } from '@jest/globals';
import { float32 } from '@understory/core';
import type { DifferentiableModel, Objective } from '@understory/core';
import { guidedBackpropagation, saliency } from '@understory/explain-gradients';
import fc from 'fast-check';
import { close, linearScore, mapOf, networkAndImage, overThree, plainGradient, twoLayers } from './networks.ts';

const objective: Objective = { kind: 'score', output: 'logits', index: [[0]] };

describe('guidedBackpropagation', () => {
  it('drops what is silent and what speaks against the class', async () => {
    const network = {
      first: [
        [1, 0],
        [0, 1],
        [10, 10],
        [7, 7],
      ],
      bias: [0, 0, 0, -100],
      second: [2, 3, -1, 1],
    };
    const model = twoLayers(network, [1, 1, 2]);
    expect([...(await mapOf(guidedBackpropagation, model, [1, 1])).data]).toEqual([2, 3]);
    expect([...(await mapOf(saliency, model, [1, 1])).data]).toEqual([8, 7]);
  });

  it('equals the rule of the paper', async () => {
    await fc.assert(
      fc.asyncProperty(networkAndImage(), async ({ x, ...network }) => {
        const map = await mapOf(guidedBackpropagation, twoLayers(network, [3, 1, x.length / 3]), x);
        const expected = overThree(plainGradient(network, x, true), (...all) => Math.max(...all.map(Math.abs)));
        return close(map.data, expected);
      }),
      { seed: 1, numRuns: 100 },
    );
  });

  it('refuses a backend that has derivatives only, instead of giving those', async () => {
    const whole = linearScore([1, 2], [1, 1, 2]);
    const { inputs, outputs, layers, origin } = whole;
    const plain: DifferentiableModel = {
      inputs,
      outputs,
      layers,
      origin,
      run: (...request) => whole.run(...request),
      differentiate: (request) => whole.differentiate(request),
      differentiability: (...pair) => whole.differentiability(...pair),
      close: () => whole.close(),
    };
    const feeds = { pixels: float32(Float32Array.of(1, 2), [1, 1, 1, 2]) };
    await expect(guidedBackpropagation.explain({ model: plain, feeds, objective })).rejects.toMatchObject({
      code: 'GUIDED_UNSUPPORTED',
      found: expect.stringContaining('"chain"'),
    });
    expect(await saliency.explain({ model: plain, feeds, objective })).toHaveLength(1);
  });

  it('refuses a network without ReLUs', async () => {
    const refused = mapOf(guidedBackpropagation, linearScore([1, 2], [1, 1, 2]), [1, 1]);
    await expect(refused).rejects.toMatchObject({ code: 'NO_RECTIFIER' });
  });
});
