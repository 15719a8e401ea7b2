import { expect, it } from '@jest/globals';
import type { PixelClassifier } from '@understory/core';
import { unitPixelsFor } from '../src/setup/unit-pixels-for.ts';

const classifier = { height: 1, width: 2 } as PixelClassifier;

it('gives a picture of the size of the classifier as channels in 0..1', () => {
  const { data, dims } = unitPixelsFor(classifier, { width: 2, height: 1, data: Uint8Array.of(255, 0, 51, 0, 255, 0) });
  expect(dims).toEqual([1, 3, 1, 2]);
  expect([...data]).toEqual([1, 0, 0, 1, Math.fround(0.2), 0]);
});

it('refuses one of another size, also of as many pixels', () => {
  const turned = { width: 1, height: 2, data: new Uint8Array(6) };
  expect(() => unitPixelsFor(classifier, turned)).toThrow(
    expect.objectContaining({
      code: 'PICTURE_SIZE_INVALID',
      found: '1x2 pixels after preprocessing',
      expected: '2x1',
    }),
  );
});
