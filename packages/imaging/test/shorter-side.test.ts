import { describe, expect, it } from '@jest/globals';
import { rgbImage, shorterSide, shorterSideForCropFraction, shorterSideSize } from '../src/index.ts';
import { golden } from './golden.ts';

type Row = [width: number, height: number, length: number, newWidth: number, newHeight: number];

const rows = golden<{ shorterSide: Row[] }>('geometry.json').shorterSide;

describe('shorterSideSize', () => {
  it.each(rows)('takes %d x %d with a shorter side of %d to %d x %d', (width, height, length, newWidth, newHeight) => {
    expect(shorterSideSize({ width, height }, length)).toEqual({ width: newWidth, height: newHeight });
  });
});

describe('shorterSide', () => {
  it('resizes to that size', () => {
    const image = shorterSide(rgbImage(new Uint8Array(3 * 20 * 11).fill(9), 20, 11), 5, 'bilinear');
    expect([image.width, image.height]).toEqual([9, 5]);
  });
});

describe('shorterSideForCropFraction', () => {
  it.each([
    [224, 0.875, 256],
    [224, 0.9, 248],
    [288, 1, 288],
  ])('of %d and %d is %d', (crop, fraction, length) => {
    expect(shorterSideForCropFraction(crop, fraction)).toBe(length);
  });

  it.each([0, -0.5, 1.1, Number.NaN])('refuses %d', (fraction) => {
    expect(() => shorterSideForCropFraction(224, fraction)).toThrow(RangeError);
  });
});
