import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { centerCrop, prepare, resize, resizeWindow, rgbImage, shorterSide, type Preprocessing } from '../src/index.ts';
import { filter, picture } from './arbitraries.ts';
import { bytes, golden } from './golden.ts';

/** Mostly small, and sometimes far larger than a picture. */
const side = fc.oneof({ weight: 4, arbitrary: fc.integer({ min: 1, max: 40 }) }, fc.integer({ min: 41, max: 700 }));

const withAlpha = fc
  .tuple(picture, fc.infiniteStream(fc.nat(255)), fc.boolean())
  .map(([{ data, width, height }, stream, has]) =>
    rgbImage(data, width, height, has ? Uint8Array.from(stream.take(width * height)) : undefined),
  );

const windowWithin = (width: number, height: number) =>
  fc.tuple(fc.nat(width - 1), fc.nat(height - 1)).chain(([left, top]) =>
    fc.record({
      left: fc.constant(left),
      top: fc.constant(top),
      width: fc.integer({ min: 1, max: width - left }),
      height: fc.integer({ min: 1, max: height - top }),
    }),
  );

const plain: Preprocessing = {
  rescale: 1,
  mean: [0, 0, 0],
  std: [1, 1, 1],
  channels: 3,
  order: 'RGB',
  layout: 'NCHW',
};

describe('resizeWindow', () => {
  it('is the window of the whole, bit for bit', () => {
    fc.assert(
      fc.property(
        withAlpha,
        filter,
        fc
          .tuple(side, side)
          .chain(([width, height]) => fc.tuple(fc.constant({ width, height }), windowWithin(width, height))),
        (image, filter, [size, window]) => {
          const { data, alpha, width } = resize(image, size, filter);
          const pixels = Array.from({ length: window.width * window.height }, (_, at) => {
            const [y, x] = [Math.floor(at / window.width) + window.top, (at % window.width) + window.left];
            return y * width + x;
          });
          const found = resizeWindow(image, size, filter, window);
          expect([found.width, found.height]).toEqual([window.width, window.height]);
          expect([...found.data]).toEqual(pixels.flatMap((at) => [...data.subarray(3 * at, 3 * at + 3)]));
          expect(found.alpha && [...found.alpha]).toEqual(alpha && pixels.map((at) => alpha[at]!));
        },
      ),
      { seed: 1, numRuns: 150 },
    );
  });

  it.each([
    [{ left: -1, top: 0, width: 2, height: 2 }],
    [{ left: 0, top: 3, width: 2, height: 2 }],
    [{ left: 0.5, top: 0, width: 2, height: 2 }],
    [{ left: 0, top: 0, width: 0, height: 2 }],
  ])('refuses the window %j', (window) => {
    expect(() => resizeWindow(rgbImage(new Uint8Array(3), 1, 1), { width: 4, height: 4 }, 'box', window)).toThrow(
      RangeError,
    );
  });
});

describe('resize with alpha', () => {
  const { width, height, pixels, cases } = golden<{
    width: number;
    height: number;
    pixels: string;
    cases: { width: number; height: number; filter: 'box'; pixels: string }[];
  }>('resize-alpha.json');
  const split = (rgba: Uint8Array, width: number, height: number) =>
    rgbImage(
      rgba.filter((_, at) => at % 4 < 3),
      width,
      height,
      rgba.filter((_, at) => at % 4 === 3),
    );

  it.each(cases)('to $width x $height with $filter equals Pillow', (expected) => {
    expect(cases).toHaveLength(30);
    const found = resize(split(bytes(pixels), width, height), expected, expected.filter);
    expect(found).toEqual(split(bytes(expected.pixels), expected.width, expected.height));
  });
});

describe('prepare computes what the crop shows', () => {
  it('as the crop of the whole resized picture', () => {
    fc.assert(
      fc.property(
        withAlpha,
        filter,
        fc.integer({ min: 1, max: 50 }),
        fc.record({ width: fc.integer({ min: 1, max: 60 }), height: fc.integer({ min: 1, max: 60 }) }),
        (image, filter, length, crop) => {
          const how = { kind: 'shorterSide', length, filter } as const;
          const { picture } = prepare(image, { ...plain, resize: how, crop });
          const opaque = rgbImage(image.data, image.width, image.height);
          expect(picture).toEqual(centerCrop(shorterSide(opaque, length, filter), crop));
        },
      ),
      { seed: 2, numRuns: 100 },
    );
  });

  it.each(['nearest', 'bilinear', 'lanczos'] as const)(
    'of a row of pixels a hundred thousand long, with %s',
    (filter) => {
      const width = 100_000;
      const ramp = Uint8Array.from({ length: 3 * width }, (_, at) => (at % 3 === 0 ? Math.floor(at / 3) % 251 : 7));
      const how = { kind: 'shorterSide', length: 256, filter } as const;
      // Upright as it lies; the whole would have 6.5 thousand million pixels.
      for (const image of [rgbImage(ramp, width, 1), rgbImage(ramp, 1, width)]) {
        const { picture } = prepare(image, { ...plain, resize: how, crop: { width: 224, height: 224 } });
        const along = (at: number) => picture.data[3 * (image.width === 1 ? 224 * at : at)]!;
        // The crop begins at pixel 12,799,888 of 25,600,000: an eighth of a pixel before the middle one, 50,000.
        expect([along(0), along(112), along(223)].map((level) => [50, 51].includes(level))).toEqual([true, true, true]);
        expect(picture.data[1]).toBe(7);
      }
    },
  );

  it('and refuses what would be too large, naming the limit', () => {
    const image = rgbImage(new Uint8Array(30), 10, 1);
    const crop = { width: 9000, height: 9000 };
    const refusal = (change: Partial<Preprocessing>) => {
      try {
        prepare(image, { ...plain, ...change });
      } catch (error) {
        return error;
      }
      return undefined;
    };
    expect(refusal({ crop })).toMatchObject({ code: 'PICTURE_TOO_LARGE', expected: 'at most 67108864 pixels' });
    expect(refusal({ resize: { kind: 'exact', ...crop, filter: 'box' } })).toMatchObject({
      code: 'PICTURE_TOO_LARGE',
      found: '9000 x 9000 pixels',
    });
    expect(
      refusal({ resize: { kind: 'shorterSide', length: 2 ** 30, filter: 'box' }, crop: { width: 1, height: 1 } }),
    ).toMatchObject({ code: 'PICTURE_TOO_LARGE', expected: 'at most 2147483647 pixels a side' });
  });
});
