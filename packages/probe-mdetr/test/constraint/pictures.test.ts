import { describe, expect, it } from '@jest/globals';
import { float32 } from '@understory/core';
import { blurredOutside } from '../../src/constraint/blur.ts';
import { cropped } from '../../src/constraint/crop.ts';

/** Two channels of 4 x 6: the place, and ten times it. */
const picture = float32(
  Float32Array.from({ length: 48 }, (_, at) => (at < 24 ? at : 10 * (at - 24)) / 1000),
  [1, 2, 4, 6],
);
const whole = { x: 0, y: 0, width: 6, height: 4 };
const shown = (data: Float32Array) => Array.from(data, (value) => Math.round(1000 * value));

describe('crop', () => {
  it('makes the pixels of a box as large as fits, in the middle', () => {
    const { pixels, mask } = cropped(picture, { x: 1.2, y: 1, width: 1.8, height: 2 }, whole, {
      ...{ fill: [0.5, 0.25], isMasked: false },
    });
    // Bilinear with the middles of pixels a quarter in; one filled column on each side.
    expect(shown(pixels.data.slice(0, 12))).toEqual([500, 7, 7, 8, 8, 500, 500, 9, 9, 9, 10, 500]);
    expect(shown(pixels.data.slice(24, 30).map((value) => 10 * value))).toEqual([2500, 700, 725, 775, 800, 2500]);
    expect(mask).toBeUndefined();
  });

  it('lies in the corner where the model is told what is padding', () => {
    const { pixels, mask } = cropped(picture, { x: 4, y: 2, width: 9, height: 9 }, whole, {
      ...{ fill: [0.5, 0.25], isMasked: true },
    });
    expect(shown(pixels.data.slice(0, 6))).toEqual([16, 16, 17, 17, 500, 500]);
    expect(Array.from(mask!)).toEqual([1, 1, 1, 1, 0, 0, 1, 1, 1, 1, 0, 0, 1, 1, 1, 1, 0, 0, 1, 1, 1, 1, 0, 0]);
  });

  it('leaves a picture as it is in a box of all of it', () => {
    const found = cropped(picture, whole, whole, { fill: [0, 0], isMasked: true });
    expect(found.pixels).toEqual(picture);
    expect(found.mask).toBeUndefined();
  });
});

describe('blur', () => {
  it('keeps what is in the box and blurs the rest', () => {
    const spot = float32(
      Float32Array.from({ length: 16 * 24 }, (_, at) => Number(at === 5 * 24 + 4)),
      [1, 1, 16, 24],
    );
    const frame = { x: 0, y: 0, width: 24, height: 16 };
    const { data } = blurredOutside(spot, { x: 4, y: 5, width: 1, height: 1 }, frame);
    // A deviation of two pixels: weights of exp(-d² / 8), which are 5.0135 in sum along a line of thirteen.
    const sum = Array.from({ length: 13 }, (_, at) => Math.exp(-((at - 6) ** 2) / 8)).reduce((all, each) => all + each);
    expect(data[5 * 24 + 4]).toBe(1);
    expect(data[5 * 24 + 6]).toBeCloseTo(Math.exp(-0.5) / sum ** 2, 6);
    expect(data[9 * 24 + 5]).toBeCloseTo(Math.exp(-17 / 8) / sum ** 2, 6);
    expect(data[5 * 24 + 12]).toBe(0);
  });

  it('does not touch padding, nor reads it', () => {
    const data = Float32Array.from({ length: 16 * 16 }, (_, at) => (at % 16 < 8 ? 0.25 : at / 256));
    const { data: found } = blurredOutside(
      float32(data, [1, 1, 16, 16]),
      { x: 0, y: 0, width: 1, height: 1 },
      { x: 0, y: 0, width: 8, height: 16 },
    );
    for (const [at, value] of found.entries()) expect(value).toBeCloseTo(data[at]!, 6);
  });

  it('blurs large pictures as strongly', () => {
    const side = 256;
    const edge = float32(
      Float32Array.from({ length: side * side }, (_, at) => Number(at % side >= 128)),
      [1, 1, side, side],
    );
    const { data } = blurredOutside(
      edge,
      { x: 0, y: 0, width: 1, height: 1 },
      { x: 0, y: 0, width: side, height: side },
    );
    // A deviation of 32 pixels: the normal distribution at one and at two deviations from the edge.
    expect(data[100 * side + 127]).toBeCloseTo(0.49, 1);
    expect(data[100 * side + 96]).toBeCloseTo(0.163, 2);
    expect(data[100 * side + 64]).toBeCloseTo(0.025, 2);
  });
});
