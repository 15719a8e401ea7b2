import { describe, expect, it } from '@jest/globals';
import { sobel } from '@understory/explain-baseline';
import fc from 'fast-check';
import { mapOf } from './networks.ts';

/** Section of the definition: correlation with two kernels over a padded image, channel by channel. */
function plain(x: readonly number[], [channels, height, width]: readonly [number, number, number]): number[] {
  const kernel = [
    [-1, 0, 1],
    [-2, 0, 2],
    [-1, 0, 1],
  ];
  const padded = (c: number, y: number, column: number) => {
    const clamp = (at: number, size: number) => (at < 0 ? 0 : at >= size ? size - 1 : at);
    return x[(c * height + clamp(y, height)) * width + clamp(column, width)]!;
  };
  return Array.from({ length: height * width }, (_, pixel) => {
    const [y, column] = [Math.floor(pixel / width), pixel % width];
    let mean = 0;
    for (let c = 0; c < channels; c += 1) {
      let [right, down] = [0, 0];
      kernel.forEach((row, i) =>
        row.forEach((weight, j) => {
          right += weight * padded(c, y + i - 1, column + j - 1);
          down += weight * padded(c, y + j - 1, column + i - 1);
        }),
      );
      mean += Math.sqrt(right * right + down * down) / channels;
    }
    return mean;
  });
}

describe('sobel', () => {
  it('is 0 where nothing changes and 4 along a step of 1', async () => {
    const step = [0, 0, 1, 1];
    const { data } = await mapOf(sobel, [...step, ...step, ...step], [1, 3, 4]);
    expect([...data]).toEqual([0, 4, 4, 0, 0, 4, 4, 0, 0, 4, 4, 0]);
  });

  it('knows channels last', async () => {
    const step = [0, 0, 0, 0, 0, 0, 3, 0, 0, 3, 0, 0];
    const { data } = await mapOf(sobel, [...step, ...step], [2, 4, 3]);
    expect([...data].map((value) => Math.round(value))).toEqual([0, 4, 4, 0, 0, 4, 4, 0]);
  });

  it('equals its definition', async () => {
    const dims = fc.record({ height: fc.integer({ min: 1, max: 6 }), width: fc.integer({ min: 5, max: 7 }) });
    await fc.assert(
      fc.asyncProperty(
        dims.chain(({ height, width }) => {
          const length = 3 * height * width;
          const number = fc.integer({ min: -64, max: 64 }).map((value) => value / 64);
          return fc.record({
            size: fc.constant([3, height, width] as const),
            x: fc.array(number, { minLength: length, maxLength: length }),
          });
        }),
        async ({ size, x }) => {
          const expected = plain(x, size);
          const { data } = await mapOf(sobel, x, size);
          return expected.every((value, pixel) => Math.abs(value - data[pixel]!) < 1e-5);
        },
      ),
      { seed: 1, numRuns: 100 },
    );
  });
});
