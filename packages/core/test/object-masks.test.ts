import { describe, expect, it } from '@jest/globals';
import { maskOfArea, maskOfBoxes } from '@understory/core';

const rows = (mask: Uint8Array, width: number) =>
  Array.from({ length: mask.length / width }, (_, row) => [...mask.subarray(row * width, (row + 1) * width)].join(''));
const size = { height: 3, width: 6 };

describe('maskOfBoxes', () => {
  it('has the pixels whose centres lie in a box', () => {
    expect(rows(maskOfBoxes([{ x: 1, y: 1, width: 2, height: 2 }], size), 6)).toEqual(['000000', '011000', '011000']);
    expect(rows(maskOfBoxes([{ x: 0.5, y: 0.51, width: 2, height: 1 }], size), 6)).toEqual([
      '000000',
      '110000',
      '000000',
    ]);
  });

  it('joins boxes, and leaves out what lies outside the picture or between two centres', () => {
    const boxes = [
      { x: -5, y: -5, width: 6, height: 6 },
      { x: 4, y: 2, width: 10, height: 10 },
      { x: 2.6, y: 0, width: 0.8, height: 3 },
      { x: 7, y: 0, width: 3, height: 3 },
    ];
    expect(rows(maskOfBoxes(boxes, size), 6)).toEqual(['100000', '000000', '000011']);
    expect(maskOfBoxes([], size).every((each) => each === 0)).toBe(true);
  });
});

describe('maskOfArea', () => {
  it('has the pixels whose centres lie in the cells of the area', () => {
    const area = { height: 1, width: 3, inside: Uint8Array.of(0, 1, 0) };
    expect(rows(maskOfArea(area, size), 6)).toEqual(['001100', '001100', '001100']);
  });

  it('is the area itself at its own size, and takes the cell at the centre of a coarser pixel', () => {
    const inside = Uint8Array.of(1, 0, 0, 1, 0, 1);
    expect(maskOfArea({ height: 2, width: 3, inside }, { height: 2, width: 3 })).toEqual(inside);
    expect([...maskOfArea({ height: 2, width: 3, inside }, { height: 1, width: 1 })]).toEqual([0]);
  });
});
