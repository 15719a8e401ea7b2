import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { OnnxBackend } from '@understory/backend-onnx';
import { elementCount, float32, seededRandom, toFloat32 } from '@understory/core';
import type { HeatMap } from '@understory/core';
import { lrp } from '@understory/explain-gradients';
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

/** The maps of the images of a golden. */
async function mapsOf(
  rule: 'epsilon' | 'z-plus' | 'alpha-beta',
  golden: Awaited<ReturnType<typeof readGolden>>,
  network: string,
): Promise<readonly HeatMap[]> {
  const model = await open(network);
  try {
    const index = golden.classes.map((target) => [target]);
    const feeds = { [model.inputs[0]!.name]: golden.input };
    return await lrp({ rule }).explain({
      ...{ model, feeds, objective: { kind: 'score', output: model.outputs[0]!.name, index } },
    });
  } finally {
    await model.close();
  }
}

describe('lrp', () => {
  it.each(['epsilon', 'z-plus'] as const)("equals Captum's by %s", async (rule) => {
    const golden = await readGolden(join(goldens, 'relevance'));
    const expected = toFloat32(golden.tensor(`lrp:${rule}`));
    const largest = Math.max(...expected.map(Math.abs));
    const maps = await mapsOf(rule, golden, 'vgg-torchscript');
    maps.forEach(({ data, height, width }, sample) => {
      expect([height, width]).toEqual([32, 32]);
      data.forEach((value, at) => expect(Math.abs(value - expected[1024 * sample + at]!)).toBeLessThan(1e-4 * largest));
    });
  });

  it('says how far the relevance of pixels is from the score', async () => {
    const golden = await readGolden(join(goldens, 'networks', 'resnet-torchscript'));
    const maps = await mapsOf('alpha-beta', golden, 'resnet-torchscript');
    expect(maps.length).toBeGreaterThan(1);
    for (const { data, details } of maps) {
      const { objective, attributed, completenessGap } = details!;
      expect(attributed).toBeCloseTo(
        data.reduce((sum, value) => sum + value, 0),
        4,
      );
      expect(completenessGap).toBeCloseTo(attributed! - objective!, 5);
      expect(Math.abs(objective!)).toBeGreaterThan(0.01);
    }
  });

  it('refuses an operator without a rule by name, and a backend that has no such rules', async () => {
    const golden = await readGolden(join(goldens, 'networks', 'vit-torchscript'));
    await expect(mapsOf('z-plus', golden, 'vit-torchscript')).rejects.toMatchObject({
      code: 'RELEVANCE_UNSUPPORTED_OPERATOR',
      found: expect.stringMatching(/^(LayerNormalization|Softmax|MatMul|Mul|Add|Gelu) /),
    });
    await expect(mapOf(lrp(), linearScore([1, 2], [1, 1, 2]), [1, 1])).rejects.toMatchObject({
      code: 'RELEVANCE_UNSUPPORTED',
    });
  });

  describe.each(['epsilon', 'z-plus', 'alpha-beta'] as const)('by %s', (rule) => {
    const cases = explainerContract({
      create: () => lrp({ rule }),
      open: () => open('resnet-torchscript'),
      feeds: { input: images },
      objective: { kind: 'score', output: 'logits', index: [[3], [7]] },
    });
    for (const { name, run, timeout } of cases) it(name, run, timeout);
  });
});
