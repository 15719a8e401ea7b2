import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, jest } from '@jest/globals';
import { OnnxBackend } from '@understory/backend-onnx';
import type { Model } from '@understory/core';
import { kinds } from '@understory/subjects';
import { headOf } from '../src/evidence/head.ts';

// Networks are opened in ONNX Runtime, on a busy machine.
jest.setTimeout(60_000);

const goldens = fileURLToPath(new URL('../../../fixtures/golden', import.meta.url));

async function withNetwork(name: string, use: (model: Model) => void, folder = 'networks'): Promise<void> {
  const model = await new OnnxBackend().open({ kind: 'file', path: join(goldens, folder, name, 'model.onnx') });
  try {
    use(model);
  } finally {
    await model.close();
  }
}

/** How the two exporters of PyTorch write what stands in front of the dense layer. */
const heads = [
  ['densenet', 'global average pooling', 'the mean over space'],
  ['efficientnet', 'global average pooling', 'the mean over space'],
  ['googlenet', 'global average pooling', 'the mean over space'],
  ['mobilenet-v3', 'global average pooling', 'the mean over space'],
  ['resnet', 'global average pooling', 'the mean over space'],
  ['shuffled', 'the mean over space', 'the mean over space'],
  ['vit', 'the class token', 'the class token'],
  ['detr', 'the class token', 'the class token'],
  ['vgg', undefined, undefined],
] as const;

/** Nothing tells a softmax with "no object" from a sigmoid of each class. The steps of the readers are behind loops and an LSTM of 8 bits. */
const exported = [
  ['keras-gru-reader', ['text-recognition [N, T, C]']],
  ['quantised-reader', ['text-recognition [N, T, C]']],
  ['keras-ssd', ['object-detection boxes-scores-background']],
  ['keras-detr', ['object-detection detr', 'object-detection detr-sigmoid']],
] as const;

describe('networks of other exporters', () => {
  it.each(exported)('%s is for its task', (name, found) =>
    withNetwork(
      name,
      (model) => {
        const readings = kinds
          .filter(({ id }) => id !== 'raw')
          .flatMap(({ id, kind }) => kind.readings({ model, folder: {} }).map((each) => ({ id, ...each })))
          .filter(({ evidence }) => evidence === 'graph');
        expect(readings.map(({ id, form }) => `${id} ${form}`)).toEqual(found);
      },
      'exported',
    ),
  );
});

describe('networks as PyTorch exports them', () => {
  it.each(heads)('%s has a dense layer behind what is pooled', async (name, torchscript, dynamo) => {
    for (const [exporter, pooling] of Object.entries({ torchscript, dynamo })) {
      await withNetwork(`${name}-${exporter}`, (model) => {
        expect(headOf(model, 'logits')).toMatchObject({ pooling, isDense: true, isOfMaps: false });
      });
    }
  });

  it.each(['squeezenet-torchscript', 'squeezenet-dynamo'])('%s pools maps of classes', (name) =>
    withNetwork(name, (model) => expect(headOf(model, 'logits')).toMatchObject({ isDense: false, isOfMaps: true })),
  );

  it('classify, whatever their output is called', async () => {
    await withNetwork('resnet-torchscript', (model) => {
      const found = kinds
        .filter(({ id }) => id !== 'raw')
        .flatMap(({ id, kind }) => kind.readings({ model, folder: {} }).map(({ evidence }) => `${evidence} ${id}`));
      expect(found).toEqual(['graph image-classification', 'shape regression']);
    });
  });
});
