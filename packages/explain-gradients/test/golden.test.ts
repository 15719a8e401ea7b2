import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { OnnxBackend } from '@understory/backend-onnx';
import type { Explainer, Objective } from '@understory/core';
import {
  guidedBackpropagation,
  inputXGradient,
  integratedGradients,
  saliency,
  smoothGrad,
} from '@understory/explain-gradients';
import { readGolden } from '@understory/testing/node';

interface GradientMaps {
  readonly smoothgrad: { readonly samples: number; readonly noise: number; readonly seed: number };
  readonly integratedGradients: { readonly steps: number; readonly baseline: number };
  readonly tensors: readonly { readonly name: string; readonly dims: readonly number[]; readonly offset: number }[];
}

const goldens = fileURLToPath(new URL('../../../fixtures/golden', import.meta.url));

/** ReLU and ReLU6. */
describe.each(['resnet-torchscript', 'mobilenet-v2-torchscript'])('%s', (network) => {
  const folder = join(goldens, 'gradient-maps', network);
  const settings = JSON.parse(readFileSync(join(folder, 'golden.json'), 'utf8')) as GradientMaps;
  const bytes = readFileSync(join(folder, 'golden.bin'));
  const tensor = (name: string): Float32Array => {
    const { dims, offset } = settings.tensors.find((entry) => entry.name === name)!;
    const start = bytes.byteOffset + offset;
    return new Float32Array(bytes.buffer.slice(start, start + 4 * dims.reduce((left, right) => left * right, 1)));
  };
  const opened = (async () => {
    const golden = await readGolden(join(goldens, 'networks', network));
    const path = join(goldens, 'networks', network, 'model.onnx');
    const model = await new OnnxBackend().open({ kind: 'file', path }, { threads: 1 });
    const index = golden.classes.map((target) => [target]);
    const objective: Objective = { kind: 'score', output: model.outputs[0]!.name, index };
    return { model, feeds: { [model.inputs[0]!.name]: golden.input }, objective };
  })();
  afterAll(async () => (await opened).model.close());

  const { samples, noise, seed } = settings.smoothgrad;
  const { steps, baseline } = settings.integratedGradients;
  const methods: readonly (readonly [id: string, explainer: Explainer])[] = [
    ['saliency', saliency],
    ['smoothgrad', smoothGrad({ samples, noise, batch: 3 })],
    ['integrated-gradients', integratedGradients({ steps, value: baseline, batch: 5 })],
    ['input-x-gradient', inputXGradient],
    ['guided-backpropagation', guidedBackpropagation],
  ];

  it.each(methods)('%s equals PyTorch', async (id, explainer) => {
    const maps = await explainer.explain({ ...(await opened), seed });
    const expected = tensor(id);
    const size = expected.length / maps.length;
    maps.forEach(({ height, width, data }, sample) => {
      expect([height, width]).toEqual([32, 32]);
      const wanted = expected.subarray(sample * size, (sample + 1) * size);
      const largest = wanted.reduce((left, right) => Math.max(left, Math.abs(right)), 0);
      const differences = data.map((value, at) => Math.abs(value - wanted[at]!) / largest);
      expect(Math.max(...differences)).toBeLessThan(1e-4);
    });
  });

  it('integrated-gradients reports the completeness that PyTorch finds', async () => {
    const maps = await integratedGradients({ steps, value: baseline }).explain(await opened);
    const scores = tensor('scores');
    const map = tensor('integrated-gradients');
    const size = map.length / maps.length;
    maps.forEach(({ details }, sample) => {
      const attributed = map.subarray(sample * size, (sample + 1) * size).reduce((sum, value) => sum + value, 0);
      const [objective = 0, baselineObjective = 0] = scores.subarray(2 * sample, 2 * sample + 2);
      expect(details!['objective']).toBeCloseTo(objective, 4);
      expect(details!['baselineObjective']).toBeCloseTo(baselineObjective, 4);
      expect(details!['attributed']).toBeCloseTo(attributed, 3);
      expect(details!['completenessGap']).toBeCloseTo(attributed - objective + baselineObjective, 3);
    });
  });
});
