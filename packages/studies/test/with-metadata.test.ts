import { describe, expect, it } from '@jest/globals';
import type { TensorSpec } from '@understory/core';
import { preprocessingFromConfig } from '@understory/imaging';
import { withMetadata } from '../src/setup/with-metadata.ts';

const found = { name: 'm', source: { kind: 'file', path: 'm.onnx' } } as const;
const metadata = { stride: '32', imgsz: '[96, 64]', task: 'detect', names: "{0: 'cat', 1: 'dog'}" };

function image(...dims: readonly (number | string)[]): TensorSpec {
  return { name: 'images', type: 'float32', dims };
}

describe('withMetadata', () => {
  it.each<[what: string, inputs: readonly TensorSpec[], pad: object]>([
    ['the size of the input', [image(1, 3, 32, 48)], { width: 48, height: 32 }],
    ['the size of an input with channels last', [image('N', 32, 48, 3)], { width: 48, height: 32 }],
    ['the stride where the input is open', [image('N', 3, 'h', 'w')], { multipleOf: 32 }],
    ['the stride where there are two pictures', [image(1, 3, 32, 48), image(1, 3, 8, 8)], { multipleOf: 32 }],
  ])('letterboxes to %s and labels the classes', (_, inputs, to) => {
    const { labels, preprocessing, notes } = withMetadata(found, { inputs, metadata });
    expect([labels, preprocessing?.pad?.to, notes]).toEqual([['cat', 'dog'], to, undefined]);
  });

  it('lets what lies beside the file decide', () => {
    const beside = { ...found, labels: ['a'], preprocessing: preprocessingFromConfig({ size: 8 }), notes: ['one'] };
    expect(withMetadata(beside, { inputs: [], metadata })).toEqual(beside);
    const { notes } = withMetadata(beside, { inputs: [], metadata: { ...metadata, task: 'track' } });
    expect(notes).toEqual(['one', expect.stringContaining('track')]);
  });

  it('leaves a model alone whose metadata say nothing, or that has none', () => {
    expect(withMetadata(found, { inputs: [image(1, 3, 8, 8)], metadata: { author: 'x' } })).toBe(found);
    expect(withMetadata(found, { inputs: [] })).toBe(found);
  });
});
