import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { OnnxBackend } from '@understory/backend-onnx';
import { elementCount, float32, seededRandom, toFloat32 } from '@understory/core';
import type { HeatMap, Objective } from '@understory/core';
import { deepLift } from '@understory/explain-gradients';
import { explainerContract } from '@understory/testing';
import { readGolden } from '@understory/testing/node';
import { linearScore, mapOf } from './networks.ts';

const goldens = fileURLToPath(new URL('../../../fixtures/golden', import.meta.url));
const open = (network: string) =>
  new OnnxBackend().open({ kind: 'file', path: join(goldens, 'networks', network, 'model.onnx') }, { threads: 1 });

const random = seededRandom('contract');
const dims = [2, 3, 32, 32];
const images = float32(
  Float32Array.from({ length: elementCount(dims) }, () => random.normal()),
  dims,
);

/** The maps of the images of a golden on its network. */
async function mapsOf(
  network: string,
  {
    settings = {},
    folder = join('networks', network),
    objective,
  }: {
    readonly settings?: Parameters<typeof deepLift>[0];
    readonly folder?: string;
    readonly objective?: (output: string, classes: readonly number[]) => Objective;
  } = {},
): Promise<readonly HeatMap[]> {
  const [golden, model] = [await readGolden(join(goldens, folder)), await open(network)];
  try {
    const output = model.outputs[0]!.name;
    const score: Objective = { kind: 'score', output, index: golden.classes.map((target) => [target]) };
    return await deepLift(settings).explain({
      ...{ model, feeds: { [model.inputs[0]!.name]: golden.input } },
      objective: objective?.(output, golden.classes) ?? score,
    });
  } finally {
    await model.close();
  }
}

describe('deepLift', () => {
  it.each([
    ['deeplift', { value: 0.25 }],
    ['deeplift-shap', { baseline: 'range', value: -0.5, until: 1, baselines: 3 }],
  ] as const)("equals Captum's: %s", async (tensor, settings) => {
    const golden = await readGolden(join(goldens, 'deeplift'));
    const expected = toFloat32(golden.tensor(tensor));
    const largest = Math.max(...expected.map(Math.abs));
    const maps = await mapsOf('vgg-torchscript', { settings, folder: 'deeplift' });
    maps.forEach(({ data, height, width }, sample) => {
      expect([height, width]).toEqual([32, 32]);
      data.forEach((value, at) => expect(Math.abs(value - expected[1024 * sample + at]!)).toBeLessThan(1e-4 * largest));
    });
  });

  // Residual sums and batch normalisation, gates and hard swish, swish, dense blocks, fire modules, shuffled channels.
  it.each([
    ...['resnet-torchscript', 'mobilenet-v3-dynamo', 'efficientnet-torchscript', 'densenet-dynamo'],
    ...['squeezenet-torchscript', 'shuffled-dynamo'],
  ])('sums to the difference of the scores on %s, for every baseline', async (network) => {
    for (const settings of [{ value: 0.5 }, { baseline: 'mean' }, { baseline: 'range', baselines: 2 }] as const) {
      for (const { data, details } of await mapsOf(network, { settings })) {
        const { objective, baselineObjective, attributed, completenessGap } = details!;
        const difference = objective! - baselineObjective!;
        expect(Math.abs(difference)).toBeGreaterThan(1e-3);
        expect(Math.abs(completenessGap!)).toBeLessThan(1e-4 * Math.max(1, Math.abs(difference)));
        expect(data.reduce((sum, value) => sum + value, 0)).toBeCloseTo(attributed!, 4);
        expect(attributed).toBeCloseTo(difference + completenessGap!, 10);
      }
    }
  });

  it('explains sums of scores, and refuses what is not linear in them', async () => {
    const index = (classes: readonly number[], shift: number) => classes.map((target) => [(target + shift) % 10]);
    const contrast = (output: string, classes: readonly number[]): Objective => ({
      kind: 'sum',
      terms: [1, -1].map((weight, shift) => ({
        ...{ weight, of: { kind: 'score', output, index: index(classes, shift) } },
      })),
    });
    const network = 'resnet-torchscript';
    for (const { details } of await mapsOf(network, { objective: contrast })) {
      expect(details!['completenessGap']).toBeCloseTo(0, 4);
    }
    const loss = (output: string, target: readonly number[]): Objective => ({
      ...{ kind: 'sum', terms: [{ weight: 1, of: { kind: 'crossEntropy', output, target } }] },
    });
    await expect(mapsOf(network, { objective: loss })).rejects.toMatchObject({
      code: 'DEEPLIFT_OBJECTIVE',
      found: expect.stringContaining('crossEntropy'),
    });
  });

  it('refuses an operator without a rule by name, and a backend that has no such rules', async () => {
    await expect(mapsOf('vit-torchscript')).rejects.toMatchObject({
      code: 'DEEPLIFT_UNSUPPORTED_OPERATOR',
      found: expect.stringMatching(/^(LayerNormalization|Softmax|Div) /),
    });
    await expect(mapOf(deepLift(), linearScore([1, 2], [1, 1, 2]), [1, 1])).rejects.toMatchObject({
      code: 'DEEPLIFT_UNSUPPORTED',
    });
  });

  const cases = explainerContract({
    create: () => deepLift(),
    open: () => open('resnet-torchscript'),
    feeds: { input: images },
    objective: { kind: 'score', output: 'logits', index: [[3], [7]] },
  });
  for (const { name, run, timeout } of cases) it(name, run, timeout);
});
