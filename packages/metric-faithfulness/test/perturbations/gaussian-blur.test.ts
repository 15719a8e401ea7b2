import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { imageInputOf, float32, seededRandom } from '@understory/core';
import { gaussianBlur } from '../../src/perturbations/gaussian-blur.ts';
import { goldens, randomNumbers } from '../support/networks.ts';
import { plainBlur } from '../support/reference.ts';

const golden = JSON.parse(readFileSync(`${goldens}/faithfulness/blurs.json`, 'utf8')) as {
  readonly dims: readonly [number, number, number];
  readonly pixels: string;
  readonly blurs: readonly { readonly kernel: number; readonly sigma: number; readonly pixels: string }[];
};
const decode = (text: string) => new Float32Array(new Uint8Array(Buffer.from(text, 'base64')).buffer);

function blur(pixels: Float32Array, dims: readonly number[], kernel: number, sigma: number): Float32Array {
  const feeds = { x: float32(pixels, [1, ...dims]) };
  const input = imageInputOf({ inputs: [{ name: 'x', type: 'float32', dims: undefined }] }, feeds);
  const replacement = gaussianBlur({ kernel, sigma })(pixels, input, seededRandom(0));
  if (replacement.kind !== 'picture') throw new Error('a blur does not depend on what is replaced');
  return replacement.pixels;
}

const close = (actual: Float32Array, expected: Float32Array, tolerance: number) => {
  expect(actual).toHaveLength(expected.length);
  const worst = actual.reduce((most, value, at) => Math.max(most, Math.abs(value - expected[at]!)), 0);
  expect(worst).toBeLessThan(tolerance);
};

describe('gaussianBlur', () => {
  it.each(golden.blurs)("is torchvision's GaussianBlur($kernel, $sigma)", ({ kernel, sigma, pixels }) => {
    close(blur(decode(golden.pixels), golden.dims, kernel, sigma), decode(pixels), 2e-6);
  });

  it('reflects again where the window is larger than the picture', () => {
    const pixels = randomNumbers(3 * 3 * 4, 'small');
    close(blur(pixels, [3, 3, 4], 11, 5), plainBlur(pixels, { channels: 3, height: 3, width: 4 }, 11, 5), 1e-6);
    close(
      blur(Float32Array.of(1, 2), [1, 1, 2], 5, 1),
      plainBlur(Float32Array.of(1, 2), { channels: 1, height: 1, width: 2 }, 5, 1),
      1e-6,
    );
  });

  it('blurs channels that come last as those that come first', () => {
    const [channels, height, width] = [3, 5, 6];
    const first = randomNumbers(channels * height * width, 'layouts');
    const places = height * width;
    const last = Float32Array.from(first, (_, at) => first[(at % channels) * places + Math.floor(at / channels)]!);
    const blurredLast = blur(last, [height, width, channels], 5, 1.5);
    const expected = blur(first, [channels, height, width], 5, 1.5);
    blurredLast.forEach((value, at) => {
      expect(value).toBe(expected[(at % channels) * places + Math.floor(at / channels)]);
    });
  });

  it('refuses an even window', () => {
    expect(() => gaussianBlur({ kernel: 10, sigma: 1 })).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID', found: '10', expected: 'an odd number' }),
    );
  });
});
