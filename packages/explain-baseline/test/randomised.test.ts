import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { OnnxBackend } from '@understory/backend-onnx';
import { float32, seededRandom } from '@understory/core';
import type { Model, Objective } from '@understory/core';
import { randomised } from '@understory/explain-baseline';
import { saliency } from '@understory/explain-gradients';
import { feeds, network, objective } from './networks.ts';

function drawn(log: string[] = []): Model {
  return Object.assign(network(), {
    weightedLayers: ['logits'],
    async randomised({ layers, seed }: { readonly layers: readonly string[]; readonly seed: number }) {
      log.push(`draw ${layers.join()} with ${seed}`);
      return Object.assign(network(2 + seed), { close: async () => void log.push(`close ${seed}`) });
    },
  });
}

describe('randomised', () => {
  it('is the other explainer on the network with other weights', async () => {
    const maps = await randomised(saliency).explain({ model: drawn(), feeds, objective, seed: 5 });
    expect(maps).toEqual(await saliency.explain({ model: network(7), feeds, objective }));
    expect(maps).not.toEqual(await saliency.explain({ model: network(), feeds, objective }));
  });

  it('draws all weights once for a model and seed, and closes what it drew', async () => {
    const log: string[] = [];
    const explainer = randomised(saliency);
    const model = drawn(log);
    await explainer.explain({ model, feeds, objective, seed: 1 });
    await explainer.explain({ model, feeds, objective, seed: 1 });
    await explainer.explain({ model, feeds, objective, seed: 2 });
    await explainer.dispose();
    expect(log).toEqual(['draw logits with 1', 'draw logits with 2', 'close 1', 'close 2']);
  });

  it('says where weights cannot be drawn, or where there are none', async () => {
    const explainer = randomised(saliency);
    await expect(explainer.explain({ model: network(), feeds, objective })).rejects.toMatchObject({
      code: 'CANNOT_RANDOMISE',
      found: expect.stringContaining('"chain"'),
    });
    const bare = Object.assign(drawn(), { weightedLayers: [] });
    await expect(explainer.explain({ model: bare, feeds, objective })).rejects.toMatchObject({ code: 'NO_WEIGHTS' });
  });

  it('works through ONNX Runtime and leaves the model as it was', async () => {
    const path = fileURLToPath(new URL('../../../fixtures/golden/networks/vgg-dynamo/model.onnx', import.meta.url));
    const model = await new OnnxBackend().open({ kind: 'file', path }, { threads: 1 });
    const random = seededRandom('image');
    const input = float32(
      Float32Array.from({ length: 3072 }, () => random.normal()),
      [1, 3, 32, 32],
    );
    const one: Objective = { kind: 'score', output: model.outputs[0]!.name, index: [[1]] };
    const request = { model, feeds: { [model.inputs[0]!.name]: input }, objective: one };
    const explainer = randomised(saliency);
    const [before] = await saliency.explain(request);
    const [first] = await explainer.explain({ ...request, seed: 1 });
    const [again] = await explainer.explain({ ...request, seed: 1 });
    const [other] = await explainer.explain({ ...request, seed: 2 });
    const [after] = await saliency.explain(request);
    await explainer.dispose();
    await model.close();
    expect(again!.data).toEqual(first!.data);
    expect(first!.data).not.toEqual(before!.data);
    expect(other!.data).not.toEqual(first!.data);
    expect(after!.data).toEqual(before!.data);
  });
});
