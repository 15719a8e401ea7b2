import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { upsample, type Interpolation } from '../src/index.ts';
import { map, side } from './arbitraries.ts';
import { floats, golden, largestDifference } from './golden.ts';

interface Case {
  readonly interpolation: Interpolation;
  readonly from: readonly [height: number, width: number];
  readonly to: readonly [height: number, width: number];
  readonly source: string;
  readonly target: string;
}

const interpolation = fc.constantFrom<Interpolation>('nearest', 'bilinear', 'bicubic');

describe('upsample', () => {
  it.each(golden<Case[]>('upsample.json'))('equals PyTorch from $from to $to, $interpolation', (expected) => {
    const [height, width] = expected.from;
    const found = upsample({ height, width, data: floats(expected.source) }, ...expected.to, expected.interpolation);
    expect([found.height, found.width]).toEqual(expected.to);
    expect(largestDifference(found.data, floats(expected.target))).toBeLessThan(1e-5);
  });

  it('keeps a constant map constant', () => {
    fc.assert(
      fc.property(
        side,
        side,
        side,
        side,
        fc.float({ min: -100, max: 100, noNaN: true }),
        interpolation,
        (h, w, height, width, value, mode) => {
          const { data } = upsample(
            { height: h, width: w, data: new Float32Array(h * w).fill(value) },
            height,
            width,
            mode,
          );
          expect(largestDifference(data, new Float32Array(height * width).fill(value))).toBeLessThanOrEqual(1e-5);
        },
      ),
      { seed: 1, numRuns: 60 },
    );
  });

  it('to the same size changes nothing', () => {
    fc.assert(
      fc.property(map, interpolation, (map, mode) => {
        expect(largestDifference(upsample(map, map.height, map.width, mode).data, map.data)).toBe(0);
      }),
      { seed: 1, numRuns: 40 },
    );
  });

  it('refuses an empty size', () => {
    expect(() => upsample({ height: 1, width: 1, data: Float32Array.of(1) }, 0, 4, 'bilinear')).toThrow(RangeError);
  });
});
