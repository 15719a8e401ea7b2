import { describe, expect, it } from '@jest/globals';
import { boxShare, centreInBox, shareInBox } from '@understory/imaging';

const size = { height: 8, width: 8 };

describe('the share of a map inside a box', () => {
  it('counts cells by how much of them the box covers, and nothing below zero', () => {
    const map = { height: 2, width: 2, data: Float32Array.of(3, 1, -5, 4) };
    expect(shareInBox(map, { x: 0, y: 0, width: 4, height: 4 }, size)).toBe(3 / 8);
    expect(shareInBox(map, { x: 0, y: 0, width: 6, height: 4 }, size)).toBe(3.5 / 8);
    expect(shareInBox(map, { x: -5, y: -5, width: 50, height: 50 }, size)).toBe(1);
    expect(shareInBox(map, { x: 20, y: 20, width: 5, height: 5 }, size)).toBe(0);
  });

  it('is none of a map with nothing above zero', () => {
    const map = { height: 1, width: 1, data: Float32Array.of(-1) };
    expect(shareInBox(map, { x: 0, y: 0, width: 4, height: 4 }, size)).toBeUndefined();
  });

  it('is beside that of the box itself and of a look at the middle', () => {
    expect(boxShare({ x: -4, y: 0, width: 8, height: 4 }, size)).toBe(1 / 4);
    expect(centreInBox({ x: 0, y: 0, width: 4, height: 8 }, size)).toBeCloseTo(0.5, 12);
    expect(centreInBox({ x: 2, y: 2, width: 4, height: 4 }, size)).toBeGreaterThan(1 / 4);
  });
});
