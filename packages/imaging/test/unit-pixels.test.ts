import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fromUnitPixels, toUnitPixels } from '../src/index.ts';
import { picture } from './arbitraries.ts';

describe('unit pixels', () => {
  it('are planes of shares of full light, red first', () => {
    const pixels = toUnitPixels({ width: 2, height: 1, data: Uint8Array.of(255, 0, 51, 0, 102, 255) });
    expect([...pixels]).toEqual([1, 0, 0, Math.fround(0.4), Math.fround(0.2), 1]);
  });

  it('become the same picture again', () => {
    fc.assert(
      fc.property(picture, (image) => {
        expect(fromUnitPixels(toUnitPixels(image), image)).toEqual(image);
      }),
      { seed: 1, numRuns: 50 },
    );
  });

  it('beyond the ends are the end, between levels the nearest', () => {
    const { data } = fromUnitPixels(Float32Array.of(-1, 2, 100.6 / 255), { width: 1, height: 1 });
    expect([...data]).toEqual([0, 255, 101]);
  });
});
