import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
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
});
