import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { resize, rgbImage, type Filter } from '../src/index.ts';
import { filter, picture, side } from './arbitraries.ts';
import { bytes, golden, largestDifference, photograph, sha256 } from './golden.ts';

interface Case {
  readonly source: string;
  readonly width: number;
  readonly height: number;
  readonly filter: Filter;
}

interface Golden {
  readonly sources: {
    readonly width: number;
    readonly height: number;
    readonly noise: string;
    readonly extremes: string;
  };
  readonly small: readonly (Case & { readonly source: 'noise' | 'extremes'; readonly pixels: string })[];
  readonly photographs: readonly (Case & { readonly sha256: string })[];
}

const { sources, small, photographs } = golden<Golden>('resize.json');

describe('resize equals Pillow', () => {
  it.each(small)('on $source to $width x $height with $filter', ({ source, width, height, filter, pixels }) => {
    const image = rgbImage(bytes(sources[source]), sources.width, sources.height);
    expect(largestDifference(resize(image, { width, height }, filter).data, bytes(pixels))).toBe(0);
  });

  it.each(['chelsea.png', 'coffee.png', 'rocket.jpg'])('on %s, every bit', async (name) => {
    const image = await photograph(name);
    const cases = photographs.filter(({ source }) => source === name);
    expect(cases).toHaveLength(30);
    for (const { width, height, filter, sha256: expected } of cases) {
      const { data } = resize(image, { width, height }, filter);
      expect([filter, width, height, sha256(data)]).toEqual([filter, width, height, expected]);
    }
  });
});

describe('resize', () => {
  it('leaves an image of the same size as it is', () => {
    fc.assert(
      fc.property(picture, filter, (image, filter) => {
        expect(resize(image, image, filter)).toEqual(image);
      }),
      { seed: 1, numRuns: 60 },
    );
  });

  it('keeps a constant image constant', () => {
    fc.assert(
      fc.property(
        side,
        side,
        side,
        side,
        fc.integer({ min: 0, max: 255 }),
        filter,
        (w, h, width, height, level, filter) => {
          const image = rgbImage(new Uint8Array(3 * w * h).fill(level), w, h);
          expect(new Set(resize(image, { width, height }, filter).data)).toEqual(new Set([level]));
        },
      ),
      { seed: 1, numRuns: 100 },
    );
  });

  it('commutes with mirroring', () => {
    fc.assert(
      fc.property(
        picture,
        side,
        side,
        fc.constantFrom<Filter>('bilinear', 'bicubic', 'lanczos'),
        (image, width, height, filter) => {
          const size = { width, height };
          const found = mirror(resize(image, size, filter)).data;
          expect(largestDifference(found, resize(mirror(image), size, filter).data)).toBeLessThanOrEqual(1);
        },
      ),
      { seed: 1, numRuns: 60 },
    );
  });

  it.each([0, -1, 1.5, Number.NaN])('refuses a side of %d', (width) => {
    const image = rgbImage(new Uint8Array(3), 1, 1);
    expect(() => resize(image, { width, height: 1 }, 'bilinear')).toThrow(RangeError);
  });
});

function mirror({ width, height, data }: { width: number; height: number; data: Uint8Array }) {
  const at = (sample: number) => {
    const [pixel, channel] = [Math.floor(sample / 3), sample % 3];
    const [y, x] = [Math.floor(pixel / width), pixel % width];
    return 3 * (y * width + width - 1 - x) + channel;
  };
  return rgbImage(
    data.map((_, sample) => data[at(sample)]!),
    width,
    height,
  );
}
