import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { centerCrop, rgbImage } from '../src/index.ts';
import { picture } from './arbitraries.ts';
import { golden } from './golden.ts';

const rows = golden<{ centerCrop: [side: number, crop: number, start: number][] }>('geometry.json').centerCrop;

describe('centerCrop', () => {
  it('begins where torchvision begins, and pads where it pads', () => {
    expect(rows).toHaveLength(121);
    for (const [side, crop, start] of rows) {
      const data = Uint8Array.from({ length: 3 * side * side }, (_, at) => {
        const [y, x] = [Math.floor(at / 3 / side), Math.floor(at / 3) % side];
        return 16 * (y + 1) + x + 1;
      });
      const cropped = centerCrop(rgbImage(data, side, side), { width: crop, height: crop });
      const expected = Array.from({ length: crop * crop }, (_, at) => {
        const [y, x] = [Math.floor(at / crop) + start, (at % crop) + start];
        return y >= 0 && y < side && x >= 0 && x < side ? 16 * (y + 1) + x + 1 : 0;
      });
      expect([side, crop, ...cropped.data.filter((_, at) => at % 3 === 1)]).toEqual([side, crop, ...expected]);
    }
  });

  it('to the same size changes nothing', () => {
    fc.assert(
      fc.property(picture, (image) => {
        expect(centerCrop(image, image)).toEqual(image);
      }),
      { seed: 1, numRuns: 30 },
    );
  });
});
