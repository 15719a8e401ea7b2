import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { OnnxBackend } from '@understory/backend-onnx';
import { float32, toFloat32 } from '@understory/core';
import type { GraphNode, GraphView, Model, Objective } from '@understory/core';
import { attentionRollout } from '@understory/explain-cam';
import { ChainModel, explainerContract, flatten, linear } from '@understory/testing';
import { readGolden } from '@understory/testing/node';

const goldens = fileURLToPath(new URL('../../../fixtures/golden', import.meta.url));
const open = (folder: string) =>
  new OnnxBackend().open({ kind: 'file', path: join(goldens, folder, 'model.onnx') }, { threads: 1 });
const objective: Objective = { kind: 'score', output: 'logits', index: [[3], [7]] };

/** The network with some of its nodes shown as others. */
function shown(model: Model, change: (node: GraphNode) => GraphNode): Model {
  const { inputs, outputs, layers, origin } = model;
  const own = model.graph!;
  const graph: GraphView = { nodes: own.nodes.map(change), constant: (name) => own.constant(name) };
  return {
    inputs,
    outputs,
    layers,
    origin,
    graph,
    run: (...request) => model.run(...request),
    close: () => model.close(),
  };
}

describe('attentionRollout', () => {
  const settings = {
    'attention-rollout': {},
    'attention-rollout:max': { heads: 'max', discard: 0.4 },
    'attention-rollout:min': { heads: 'min' },
  } as const;
  const ids = Object.keys(settings) as readonly (keyof typeof settings)[];

  describe.each(['class', 'mean', 'pool'])('of a network that reads its tokens by %s', (name) => {
    it.each(ids)('%s equals products of whole matrices in PyTorch', async (id) => {
      const golden = await readGolden(join(goldens, 'attention', name));
      const model = await open(`attention/${name}`);
      try {
        const maps = await attentionRollout(settings[id]).explain({ model, feeds: { input: golden.input }, objective });
        const wanted = toFloat32(golden.tensor(id));
        expect(maps).toHaveLength(2);
        maps.forEach(({ height, width, data }, sample) => {
          expect([height, width]).toEqual([4, 4]);
          data.forEach((value, at) => expect(Math.abs(value - wanted[16 * sample + at]!)).toBeLessThan(2e-6));
        });
      } finally {
        await model.close();
      }
    });
  });

  it('keeps the row that it is told to', async () => {
    const golden = await readGolden(join(goldens, 'attention', 'class'));
    const model = await open('attention/class');
    const feeds = { input: golden.input };
    try {
      const [auto, named, mean] = await Promise.all(
        (['auto', 'class', 'mean'] as const).map((token) =>
          attentionRollout({ token }).explain({ model, feeds, objective }),
        ),
      );
      expect(named).toEqual(auto);
      expect(mean).not.toEqual(auto);
      // Every row of the product sums to 1; what the class token has is not on the map.
      const [{ data } = { data: new Float32Array() }] = mean!;
      const total = data.reduce((sum, value) => sum + value, 0);
      expect(total).toBeGreaterThan(0.8);
      expect(total).toBeLessThan(1);
    } finally {
      await model.close();
    }
  });

  it('refuses networks without attention, with hidden weights, and whose attention is not between the tokens', async () => {
    const linearModel = new ChainModel({ input: [1, 1, 2], steps: [flatten('flat'), linear('logits', [[1, 2]], [0])] });
    const pixels = float32(Float32Array.of(1, 2), [1, 1, 1, 2]);
    const score: Objective = { kind: 'score', output: 'logits', index: [[0]] };
    await expect(
      attentionRollout().explain({ model: linearModel, feeds: { pixels }, objective: score }),
    ).rejects.toMatchObject({ code: 'ATTENTION_MISSING' });

    const golden = await readGolden(join(goldens, 'attention', 'class'));
    const model = await open('attention/class');
    const products = model.graph!.nodes.filter(({ operator }) => operator === 'Softmax');
    expect(products).toHaveLength(3);
    const feeds = { input: golden.input };
    const whole = [
      'Attention',
      ...['Attention', 'MultiHeadAttention', 'QAttention'].map((name) => `com.microsoft.${name}`),
    ];
    for (const operator of whole) {
      const fused = shown(model, (node) => (node === products[1] ? { ...node, operator } : node));
      await expect(attentionRollout().explain({ model: fused, feeds, objective })).rejects.toMatchObject({
        code: 'ATTENTION_HIDDEN',
        found: expect.stringContaining(products[1]!.outputs[0]!),
      });
    }
    const otherAxis = shown(model, (node) => (node === products[0] ? { ...node, attributes: { axis: 2 } } : node));
    await expect(attentionRollout().explain({ model: otherAxis, feeds, objective })).rejects.toMatchObject({
      code: 'ATTENTION_TOKENS',
      found: 'a softmax over axis 2 of 4',
    });
    await model.close();

    const swin = await open('networks/swin-torchscript');
    const { input } = await readGolden(join(goldens, 'networks', 'swin-torchscript'));
    const request = {
      model: swin,
      feeds: { [swin.inputs[0]!.name]: float32(toFloat32(input).slice(0, 3072), [1, 3, 32, 32]) },
      objective: { kind: 'score', output: swin.outputs[0]!.name, index: [[3]] } as const,
    };
    await expect(attentionRollout().explain(request)).rejects.toMatchObject({ code: 'ATTENTION_TOKENS' });
    await swin.close();
  });

  it('refuses a network that the optimiser of ONNX Runtime fused', async () => {
    const path = fileURLToPath(new URL('../../onnx-autodiff/test/fixtures/transformer-fused.onnx', import.meta.url));
    const model = await new OnnxBackend().open({ kind: 'file', path }, { threads: 1 });
    try {
      const request = {
        ...{ model, feeds: { pictures: float32(Float32Array.from({ length: 64 }, Math.sin), [1, 1, 8, 8]) } },
        objective: { kind: 'score', output: 'scores', index: [[1]] } as const,
      };
      await expect(attentionRollout().explain(request)).rejects.toMatchObject({ code: 'ATTENTION_HIDDEN' });
    } finally {
      await model.close();
    }
  });

  it.each(['vit-torchscript', 'vit-dynamo'])(
    'explains %s of torchvision, whose heads lie on the axis of the batch',
    async (name) => {
      const model = await open(`networks/${name}`);
      const { input, classes } = await readGolden(join(goldens, 'networks', name));
      try {
        const maps = await attentionRollout().explain({
          model,
          feeds: { [model.inputs[0]!.name]: input },
          objective: { kind: 'score', output: model.outputs[0]!.name, index: classes.map((each) => [each]) },
        });
        const { graph } = model;
        const softmax = graph!.nodes.find(({ operator }) => operator === 'Softmax')!.outputs[0]!;
        const weights = (await model.run({ [model.inputs[0]!.name]: input }, [softmax]))[softmax]!;
        const tokens = weights.dims.at(-1)!;
        const heads = weights.data.length / tokens / tokens / classes.length;
        maps.forEach(({ data }, sample) => {
          expect(data).toHaveLength(tokens - 1);
          // One layer: half the mean of the heads in the first row.
          data.forEach((value, at) => {
            let sum = 0;
            for (let head = 0; head < heads; head += 1)
              sum += Number(weights.data[(sample * heads + head) * tokens * tokens + at + 1]);
            expect(value).toBeCloseTo(sum / heads / 2, 6);
          });
        });
      } finally {
        await model.close();
      }
    },
  );

  it('has the contract of explainers', async () => {
    const { input } = await readGolden(join(goldens, 'attention', 'class'));
    const cases = explainerContract({
      create: () => attentionRollout({ heads: 'max', discard: 0.5 }),
      open: () => open('attention/class'),
      feeds: { input },
      objective,
    });
    for (const { run } of cases) await run();
  });
});
