import { describe, it } from '@jest/globals';
import { TfjsBackend } from '@understory/backend-tfjs';
import { elementCount, float32, seededRandom } from '@understory/core';
import { backendContract, differentiableBackendContract } from '@understory/testing';
import { engines } from './engines.ts';
import { graphClassifier, layersClassifier } from './models.ts';

const random = seededRandom('contract');
const dims = [3, 8, 8, 3];
const images = float32(
  Float32Array.from({ length: elementCount(dims) }, () => random.normal()),
  dims,
);

const subjects = [
  { kind: 'a layers model', file: layersClassifier, input: 'image', layer: 'pool', logits: 'scores/BiasAdd' },
  { kind: 'a graph model', file: graphClassifier, input: 'x', layer: 'body/pool', logits: 'head/BiasAdd' },
];

describe.each(engines)('%s', (engine) => {
  describe.each(subjects)('$kind', ({ file, input, layer, logits }) => {
    const subject = {
      open: async () => new TfjsBackend().open(await file(), { devices: [engine] }),
      backend: { create: () => new TfjsBackend(), source: file, options: { devices: [engine] } },
      feeds: { [input]: images },
      ...{ input, layer, logits },
    };
    for (const { name, run, timeout } of backendContract(subject)) it(name, run, timeout);
    for (const { name, run, timeout, skip } of differentiableBackendContract(subject))
      (skip ? it.skip : it)(name, run, timeout);
  });
});
