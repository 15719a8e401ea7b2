import {
  elementCount,
  float32,
  seededRandom,
  type Backend,
  type ModelSource,
  type OpenOptions,
} from '@understory/core';
import { backendContract, differentiableBackendContract, type ContractCase } from '@understory/testing';

const random = seededRandom('contract');
const dims = [3, 8, 8, 3];
const images = float32(
  Float32Array.from({ length: elementCount(dims) }, () => random.normal()),
  dims,
);

const subjects = [
  { kind: 'layers', input: 'image', layer: 'pool', logits: 'scores/BiasAdd' },
  { kind: 'graph', input: 'x', layer: 'body/pool', logits: 'head/BiasAdd' },
] as const;

export type Kind = (typeof subjects)[number]['kind'];

export const kinds: readonly Kind[] = subjects.map(({ kind }) => kind);

/** Every promise of a backend for TensorFlow.js models, by the kind of model that it is tried with. */
export function contractCases(
  create: () => Backend,
  source: (kind: Kind) => ModelSource | Promise<ModelSource>,
  options: OpenOptions,
): readonly { readonly kind: Kind; readonly cases: readonly ContractCase[] }[] {
  return subjects.map(({ kind, input, ...rest }) => {
    const subject = {
      open: async () => create().open(await source(kind), options),
      backend: { create, source: () => source(kind), options },
      feeds: { [input]: images },
      ...{ input, ...rest },
    };
    return { kind, cases: [...backendContract(subject), ...differentiableBackendContract(subject)] };
  });
}
