import { describe, expect, it } from '@jest/globals';
import { drawRegion, rgbImage } from '../src/index.ts';

const grey = (size: number) => rgbImage(new Uint8Array(3 * size * size).fill(128), size, size);

/** Rows of a picture: `w` white, `b` black, `.` as it was. */
function shown(
  size: number,
  { height, width, cells }: { readonly height: number; readonly width: number; readonly cells: readonly number[] },
): readonly string[] {
  const inside = Uint8Array.from({ length: height * width }, (_, at) => (cells.includes(at) ? 1 : 0));
  const { data } = drawRegion(grey(size), { height, width, inside });
  const sign = (at: number) => ({ 255: 'w', 0: 'b' })[data[3 * at]!] ?? '.';
  return Array.from({ length: size }, (_, y) => Array.from({ length: size }, (__, x) => sign(y * size + x)).join(''));
}

describe('drawRegion', () => {
  it('outlines the cells of a grid in white between black, whatever shape they have', () => {
    // Two cells of three by three in a picture of twelve: each is four pixels wide.
    expect(shown(12, { height: 3, width: 3, cells: [4, 5] })).toEqual([
      ...['............', '............', '............'],
      '....bbbbbbbb',
      '...bwwwwwwww',
      '...bwbbbbbbb',
      '...bwbbbbbbb',
      '...bwwwwwwww',
      '....bbbbbbbb',
      ...['............', '............', '............'],
    ]);
  });

  it('leaves a picture that is all region, or has none, as it was', () => {
    for (const cells of [[], [0, 1, 2, 3]]) {
      expect(shown(4, { height: 2, width: 2, cells })).toEqual(Array(4).fill('....'));
    }
  });

  it('draws thicker lines on larger pictures', () => {
    const lines = shown(480, { height: 2, width: 1, cells: [0] });
    const column = lines.map((row) => row[240]!).join('');
    expect(column.replaceAll('.', '')).toBe('bbbwwwbbb');
    expect(column.indexOf('www')).toBe(237);
  });
});
