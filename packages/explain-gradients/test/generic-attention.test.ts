import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { OnnxBackend } from '@understory/backend-onnx';
import { toFloat32 } from '@understory/core';
import type { Objective } from '@understory/core';
import { genericAttention } from '@understory/explain-gradients';
import { explainerContract } from '@understory/testing';
import { readGolden } from '@understory/testing/node';
import { linearScore, mapOf } from './networks.ts';

const goldens = fileURLToPath(new URL('../../../fixtures/golden', import.meta.url));
const open = (folder: string) =>
  new OnnxBackend().open({ kind: 'file', path: join(goldens, folder, 'model.onnx') }, { threads: 1 });

describe('genericAttention', () => {
  it.each(['class', 'mean', 'pool'])('equals products of whole matrices in PyTorch, read by %s', async (name) => {
    const golden = await readGolden(join(goldens, 'attention', name));
    const model = await open(`attention/${name}`);
    try {
      const objective: Objective = { kind: 'score', output: 'logits', index: golden.classes.map((each) => [each]) };
      const maps = await genericAttention().explain({ model, feeds: { input: golden.input }, objective });
      const wanted = toFloat32(golden.tensor('generic-attention'));
      const largest = Math.max(...wanted);
      maps.forEach(({ height, width, data }, sample) => {
        expect([height, width]).toEqual([4, 4]);
        data.forEach((value, at) => expect(Math.abs(value - wanted[16 * sample + at]!)).toBeLessThan(2e-5 * largest));
      });
    } finally {
      await model.close();
    }
  });

  it('refuses a network without attention', async () => {
    const refused = mapOf(genericAttention(), linearScore([1, 2], [1, 1, 2]), [1, 1]);
    await expect(refused).rejects.toMatchObject({ code: 'ATTENTION_MISSING' });
  });

  describe('through ONNX Runtime', () => {
    const golden = readGolden(join(goldens, 'attention', 'class'));
    it('has the contract of explainers', async () => {
      const cases = explainerContract({
        create: () => genericAttention(),
        open: () => open('attention/class'),
        feeds: { input: (await golden).input },
        objective: { kind: 'score', output: 'logits', index: [[3], [7]] },
      });
      for (const { run } of cases) await run();
    });
  });
});
