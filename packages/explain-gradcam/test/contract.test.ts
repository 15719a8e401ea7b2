import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { describe, it } from '@jest/globals';
import { OnnxBackend } from '@understory/backend-onnx';
import { elementCount, float32, seededRandom } from '@understory/core';
import { explainerContract } from '@understory/testing';
import { ids, methods } from './methods.ts';

const networks = fileURLToPath(new URL('../../../fixtures/golden/networks', import.meta.url));

const random = seededRandom('contract');
const dims = [2, 3, 32, 32];
const images = float32(
  Float32Array.from({ length: elementCount(dims) }, () => random.normal()),
  dims,
);

/** The second takes one sample at a time. */
describe.each([
  { network: 'googlenet-torchscript', layer: 'inception3a' },
  { network: 'mobilenet-v3-torchscript', layer: 'features.3' },
])('$network through ONNX Runtime', ({ network, layer }) => {
  describe.each(ids)('%s', (id) => {
    const cases = explainerContract({
      create: () => methods[id],
      open: () => new OnnxBackend().open({ kind: 'file', path: join(networks, network, 'model.onnx') }),
      feeds: { input: images },
      objective: { kind: 'score', output: 'logits', index: [[3], [7]] },
      layer,
    });
    for (const { name, run, timeout } of cases) it(name, run, timeout);
  });
});
