import { describe, expect, it } from '@jest/globals';
import { bases, overFrequency, type Basis } from '../src/basis.ts';

const [height, width] = [4, 6];

/** The picture of a state, as the program makes it, by plain sums. */
function pictureOf(
  state: readonly number[],
  [rows, columns]: readonly [Basis, Basis],
  { down = 0, right = 0 } = {},
): number[] {
  const range = (size: number, by: number) => Array.from({ length: size }, (_, at) => at + by);
  const left = rows.rows(range(height, down));
  const above = columns.columns(range(width, right));
  return Array.from({ length: height * width }, (_, place) => {
    const [y, x] = [Math.floor(place / width), place % width];
    return left.reduce(
      (sum, own, term) =>
        sum +
        state.reduce((total, value, at) => {
          const [u, v] = [Math.floor(at / width), at % width];
          return total + own[y * height + u]! * value * above[term]![v * width + x]!;
        }, 0),
      0,
    );
  });
}

const unit = (at: number) => Array.from({ length: height * width }, (_, place) => (place === at ? 1 : 0));
const frequencies = [bases.frequencies(height), bases.frequencies(width)] as const;

describe('frequencies', () => {
  it('are one plane wave each, not a wave with its mirror image', () => {
    for (const [u, v] of [
      [0, 0],
      [1, 0],
      [3, 1],
      [2, 5],
    ] as const) {
      const waves = pictureOf(unit(u * width + v), frequencies);
      waves.forEach((value, place) => {
        const angle = 2 * Math.PI * ((u * Math.floor(place / width)) / height + (v * (place % width)) / width);
        expect(value).toBeCloseTo((Math.cos(angle) + Math.sin(angle)) / Math.sqrt(height * width), 6);
      });
    }
  });

  it('are orthogonal and of length 1', () => {
    const waves = Array.from({ length: height * width }, (_, at) => pictureOf(unit(at), frequencies));
    waves.forEach((one, at) =>
      waves.forEach((other, beside) => {
        const product = one.reduce((sum, value, place) => sum + value * other[place]!, 0);
        expect(product).toBeCloseTo(at === beside ? 1 : 0, 5);
      }),
    );
  });
});

describe.each([
  ['frequencies', frequencies],
  ['pixels', [bases.pixels(height), bases.pixels(width)] as const],
])('a picture made of %s', (_, basis) => {
  it('is rolled where its positions are shifted', () => {
    const state = Array.from({ length: height * width }, (__, at) => Math.sin(7 * at));
    const still = pictureOf(state, basis);
    const shifted = pictureOf(state, basis, { down: 1, right: -2 });
    shifted.forEach((value, place) => {
      const [y, x] = [(Math.floor(place / width) + 1) % height, ((place % width) + width - 2) % width];
      expect(value).toBeCloseTo(still[y * width + x]!, 5);
    });
  });
});

describe('pixels', () => {
  it('are the state itself, and halfway between two the mean of both', () => {
    const [above] = bases.pixels(4).rows([2, 0.5, 3.5]);
    expect([...above!]).toEqual([0, 0, 1, 0, 0.5, 0.5, 0, 0, 0.5, 0, 0, 0.5]);
  });
});

describe('1/f', () => {
  it('is the length of the wave in pixels, and of the mean that of the longest', () => {
    const scale = overFrequency(height, width, 1);
    expect(scale[0]).toBe(6);
    expect(scale[1]).toBeCloseTo(6, 5);
    expect(scale[5]).toBe(scale[1]);
    expect(scale[2 * width]).toBe(2);
    expect(scale[width + 1]).toBeCloseTo(1 / Math.hypot(1 / 4, 1 / 6), 5);
    const steep = overFrequency(height, width, 2);
    expect([steep[1], steep[2 * width]]).toEqual([6, expect.closeTo(6 / 9, 5)]);
  });
});
