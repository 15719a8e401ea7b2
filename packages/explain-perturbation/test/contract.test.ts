import { fileURLToPath } from 'node:url';
import { describe, it } from '@jest/globals';
import { OnnxBackend } from '@understory/backend-onnx';
import { elementCount, float32, seededRandom } from '@understory/core';
import type { Objective } from '@understory/core';
import { ablationCam, occlusion, scoreCam } from '@understory/explain-perturbation';
import { ChainModel, explainerContract, flatten, linear, pointwiseConvolution, relu } from '@understory/testing';
import { ids, layered, methods } from './methods.ts';

const wave = (length: number, speed: number) => Array.from({ length }, (_, at) => Math.sin(speed * (at + 1)));

const network = () =>
  new ChainModel({
    input: [3, 3, 2],
    steps: [
      pointwiseConvolution('stem', [wave(3, 1), wave(3, 2), wave(3, 3)], [0.4, 0.2, 0.6]),
      relu('features'),
      flatten('flat'),
      linear('logits', [wave(18, 1.3), wave(18, 2.1), wave(18, 0.7)], [0, 1, 2]),
    ],
  });
const feeds = { pixels: float32(Float32Array.from(wave(54, 0.9)), [3, 3, 3, 2]) };
const objective: Objective = { kind: 'score', output: 'logits', index: [[0], [2], [1]] };

const smooth = ['eigen', 'augmentation'] as const;

describe.each(ids)('%s', (id) => {
  for (const layer of layered.includes(id) ? ['features', undefined] : [undefined]) {
    describe(layer === undefined ? 'without a layer' : 'on a layer', () => {
      const subject = { create: () => methods[id], open: network, feeds, objective, ...(layer && { layer }) };
      for (const { name, run, timeout } of explainerContract(subject)) it(name, run, timeout);
    });
  }
});

describe.each([scoreCam({ smooth }), ablationCam({ smooth })])('smoothed, method %#', (explainer) => {
  const subject = { create: () => explainer, open: network, feeds, objective, layer: 'features' };
  for (const { name, run, timeout } of explainerContract(subject)) it(name, run, timeout);
});

const random = seededRandom('contract');
const dims = [2, 3, 32, 32];
const images = float32(
  Float32Array.from({ length: elementCount(dims) }, () => random.normal()),
  dims,
);

/** Takes one sample at a time. */
describe.each(ids)('%s through ONNX Runtime', (id) => {
  const path = fileURLToPath(new URL('../../../fixtures/golden/networks/vgg-torchscript/model.onnx', import.meta.url));
  const cases = explainerContract({
    create: () => (id === 'occlusion' ? occlusion({ window: 16 }) : methods[id]),
    open: () => new OnnxBackend().open({ kind: 'file', path }, { threads: 1 }),
    feeds: { input: images },
    objective: { kind: 'score', output: 'logits', index: [[3], [7]] },
    ...(layered.includes(id) && { layer: 'features.13' }),
  });
  for (const { name, run, timeout } of cases) it(name, run, timeout);
});
