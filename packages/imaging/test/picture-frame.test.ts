import { describe, expect, it } from '@jest/globals';
import { seededRandom } from '@understory/core';
import { pictureFrame } from '../src/index.ts';

const random = seededRandom('picture');
const layout = (height: number, width: number, channels = 2) => ({
  ...{ height, width, channels },
  ...{ channelStride: height * width, pixelStride: 1 },
});

describe('pictureFrame', () => {
  it.each([
    [4, 6],
    [6, 4],
    [5, 5],
  ])('of %d x %d pixels names the same pixel at each place, whichever way up the picture is', (height, width) => {
    const data = Float32Array.from({ length: 2 * height * width }, () => random.normal());
    const { key, places } = pictureFrame(data, layout(height, width));
    expect([...places].sort((a, b) => a - b)).toEqual([...Array(height * width).keys()]);
    for (const rows of [false, true]) {
      for (const columns of [false, true]) {
        const flip = (y: number, x: number): [number, number] => [
          rows ? height - 1 - y : y,
          columns ? width - 1 - x : x,
        ];
        const source = Array.from({ length: height * width }, (_, place) => {
          const [y, x] = flip(Math.floor(place / width), place % width);
          return y * width + x;
        });
        const mirrored = Float32Array.from(
          [0, 1].flatMap((at) => source.map((from) => data[at * height * width + from]!)),
        );
        const found = pictureFrame(mirrored, layout(height, width));
        expect(found.key).toBe(key);
        expect([...found.places].map((place) => source[place])).toEqual([...places]);

        // The same on its side: rows become columns.
        const across = Array.from(
          { length: height * width },
          (_, place) => source[(place % height) * width + Math.floor(place / height)]!,
        );
        const lying = Float32Array.from(
          [0, 1].flatMap((at) => across.map((from) => data[at * height * width + from]!)),
        );
        const side = pictureFrame(lying, layout(width, height));
        expect(side.key).toBe(key);
        expect([...side.places].map((place) => across[place])).toEqual([...places]);
      }
    }
  });

  it('is the same where channels come last, and another for another picture', () => {
    const data = Float32Array.from({ length: 24 }, () => random.normal());
    const last = Float32Array.from({ length: 24 }, (_, at) => data[(at % 2) * 12 + Math.floor(at / 2)]!);
    const own = pictureFrame(data, layout(3, 4));
    expect(pictureFrame(last, { ...layout(3, 4), channelStride: 1, pixelStride: 2 })).toEqual(own);
    expect(
      pictureFrame(
        data.map((value) => value + 1),
        layout(3, 4),
      ).key,
    ).not.toBe(own.key);
  });
});
