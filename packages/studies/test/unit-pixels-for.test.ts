import { expect, it } from '@jest/globals';

import { unitPixelsFor } from '../src/setup/unit-pixels-for.ts';

const subject = { channels: 3, height: 1, width: 2 };

it('gives a picture of the size of the subject as channels in 0..1', () => {
  const { data, dims } = unitPixelsFor(subject, { width: 2, height: 1, data: Uint8Array.of(255, 0, 51, 0, 255, 0) });
  expect(dims).toEqual([1, 3, 1, 2]);
  expect([...data]).toEqual([1, 0, 0, 1, Math.fround(0.2), 0]);
});

it('refuses one of another size, also of as many pixels', () => {
  const turned = { width: 1, height: 2, data: new Uint8Array(6) };
  expect(() => unitPixelsFor(subject, turned)).toThrow(
    expect.objectContaining({
      code: 'PICTURE_SIZE_INVALID',
      found: '1x2 pixels after preprocessing',
      expected: '2x1',
    }),
  );
});
