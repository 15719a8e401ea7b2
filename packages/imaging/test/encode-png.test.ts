import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { rgbImage } from '../src/rgb-image.ts';
import { decodeImage, encodePng } from '../src/node/sharp.ts';
import { picture } from './arbitraries.ts';

describe('encodePng', () => {
  it('keeps every pixel', async () => {
    await fc.assert(
      fc.asyncProperty(picture, async (image) => {
        expect(await decodeImage(await encodePng(image))).toEqual(image);
      }),
      { seed: 1, numRuns: 20 },
    );
  });

  it('keeps the alpha of a picture that has one', async () => {
    const image = rgbImage(Uint8Array.of(10, 20, 30, 200, 100, 0), 2, 1, Uint8Array.of(0, 129));
    expect(await decodeImage(await encodePng(image))).toEqual(image);
  });
});
