import { describe, expect, it } from '@jest/globals';
import { mapCorrelation } from '../src/map-correlation.ts';
import { gather, sourceOf } from '../src/rearrangement.ts';
import { inPlace } from '../src/trial.ts';

const size = { height: 224, width: 224 };
const halves = { rows: 2, columns: 2, pieces: [3, 2, 1, 0].map((from) => ({ from })) };

const mapOf = (side: number, value: (y: number, x: number) => number) => ({
  height: side,
  width: side,
  data: Float32Array.from({ length: side * side }, (_, at) => value(Math.floor(at / side), at % side)),
});

describe('mapCorrelation', () => {
  const before = mapOf(8, (y, x) => Math.sin(3 * y + x) + 0.1 * y);

  it('is 1 for the piece where the map moved with it, and 1 for the place where it stayed', () => {
    const moved = { ...before, data: gather(before.data, sourceOf(halves, before)) };
    const follows = mapCorrelation(before, moved, halves, size);
    expect(follows.piece.value).toBe(1);
    expect(follows.place.value).toBeLessThan(0.9);
    const stays = mapCorrelation(before, before, halves, size);
    expect(stays.place.value).toBe(1);
    expect(stays.piece.value).toBeLessThan(0.9);
    expect(mapCorrelation(before, before, inPlace(4, 4), size)).toMatchObject({
      piece: { value: 1 },
      place: { value: 1 },
    });
  });

  it('does not care for the scale of a map, only for its order', () => {
    const scaled = { ...before, data: before.data.map((value) => Math.exp(value)) };
    expect(mapCorrelation(before, scaled, inPlace(2, 2), size).place.value).toBe(1);
  });

  it('compares maps of any resolution, pixels too, and of pieces that lie across their cells', () => {
    for (const side of [1, 5, 7, 60, 224]) {
      const map = mapOf(side, (y, x) => y * side + x);
      const same = mapCorrelation(map, map, { rows: 3, columns: 3, pieces: inPlace(3, 3).pieces }, size).piece;
      if (side === 1) expect(same).toMatchObject({ value: undefined, reason: expect.any(String) });
      else expect(same.value).toBeCloseTo(1, 12);
    }
  });

  it('takes the mean over the area of each cell', () => {
    // A fine map that is the coarse one repeated says the same.
    const fine = mapOf(224, (y, x) => before.data[Math.floor(y / 28) * 8 + Math.floor(x / 28)]!);
    expect(mapCorrelation(before, fine, inPlace(4, 4), size).place.value).toBeGreaterThan(0.99);
  });

  it('has a reason instead of a number for a map that is the same everywhere', () => {
    const flat = mapOf(8, () => 0);
    expect(mapCorrelation(before, flat, halves, size).piece).toMatchObject({
      value: undefined,
      reason: expect.any(String),
    });
  });
});
