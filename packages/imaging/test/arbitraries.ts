import fc from 'fast-check';
import { rgbImage, type RgbImage } from '../src/index.ts';

export const side: fc.Arbitrary<number> = fc.integer({ min: 1, max: 24 });

export const filter = fc.constantFrom('nearest', 'box', 'bilinear', 'hamming', 'bicubic', 'lanczos');

export const picture: fc.Arbitrary<RgbImage> = fc
  .tuple(side, side)
  .chain(([width, height]) =>
    fc
      .uint8Array({ minLength: 3 * width * height, maxLength: 3 * width * height })
      .map((data) => rgbImage(data, width, height)),
  );

export const map = fc.tuple(side, side).chain(([width, height]) =>
  fc
    .float32Array({
      minLength: width * height,
      maxLength: width * height,
      noNaN: true,
      noDefaultInfinity: true,
      min: -1e6,
      max: 1e6,
    })
    .map((data) => ({ width, height, data })),
);
