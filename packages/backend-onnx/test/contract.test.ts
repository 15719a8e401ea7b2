import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { describe, it } from '@jest/globals';
import { OnnxBackend } from '@understory/backend-onnx';
import { elementCount, float32, seededRandom } from '@understory/core';
import { backendContract, differentiableBackendContract } from '@understory/testing';

const networks = fileURLToPath(new URL('../../../fixtures/golden/networks', import.meta.url));

const random = seededRandom('contract');
const dims = [3, 3, 32, 32];
const images = float32(
  Float32Array.from({ length: elementCount(dims) }, () => random.normal()),
  dims,
);

/** One network of any batch size, one that takes a sample at a time, one with grouped convolutions, slices and two poolings. */
const subjects = [
  // A ReLU has its kink so close to these images that differences of the cosine are 3 % off; the goldens hold it more closely.
  { network: 'resnet-torchscript', layer: '/layer3/layer3.1/relu_2/Relu_output_0', differenceTolerance: 0.04 },
  { network: 'mobilenet-v3-torchscript', layer: '/features/features.5/features.5.2/HardSwish_output_0' },
  { network: 'shuffled-torchscript', layer: '/relu/Relu_output_0' },
];

describe.each(subjects)('$network', ({ network, layer, differenceTolerance }) => {
  const path = join(networks, network, 'model.onnx');
  const subject = {
    open: () => new OnnxBackend().open({ kind: 'file', path }),
    backend: { create: () => new OnnxBackend(), source: { kind: 'file', path } as const },
    feeds: { input: images },
    input: 'input',
    layer,
    logits: 'logits',
    ...(differenceTolerance !== undefined && { differenceTolerance }),
  };
  for (const { name, run, timeout } of backendContract(subject)) it(name, run, timeout);
  for (const { name, run, timeout, skip } of differentiableBackendContract(subject))
    (skip ? it.skip : it)(name, run, timeout);
});
