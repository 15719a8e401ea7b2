import { elementCount, float32, seededRandom, type Backend, type ModelSource } from '@understory/core';
import { backendContract, differentiableBackendContract, type ContractCase } from '@understory/testing';

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

export const networks = subjects.map(({ network }) => network);

/** Every promise of a backend for ONNX files, by the network that it is tried with. */
export function contractCases(
  create: () => Backend,
  source: (network: string) => ModelSource,
): readonly { readonly network: string; readonly cases: readonly ContractCase[] }[] {
  return subjects.map(({ network, ...rest }) => {
    const subject = {
      open: () => create().open(source(network)),
      backend: { create, source: source(network) },
      feeds: { input: images },
      input: 'input',
      logits: 'logits',
      ...rest,
    };
    return { network, cases: [...backendContract(subject), ...differentiableBackendContract(subject)] };
  });
}
