import { describe, expect, it } from '@jest/globals';
import { float32, seededRandom } from '@understory/core';
import { mirrored, shuffledPatches } from '../src/index.ts';

const rows = (...lines: readonly (readonly number[])[]) =>
  float32(Float32Array.from(lines.flat()), [1, 1, lines.length, lines[0]!.length]);

describe('pictures in a frame of padding', () => {
  const padded = rows([0, 0, 0, 0], [0, 1, 2, 3], [0, 4, 5, 6]);
  const frame = { x: 1, y: 1, width: 3, height: 2 };

  it('are mirrored within it', () => {
    expect(mirrored(padded, frame)).toEqual(rows([0, 0, 0, 0], [0, 3, 2, 1], [0, 6, 5, 4]));
    expect(mirrored(rows([1, 2], [3, 4]))).toEqual(rows([2, 1], [4, 3]));
  });

  it('are shuffled within it as they are without it', () => {
    const inner = rows([1, 2, 3, 4], [5, 6, 7, 8], [9, 10, 11, 12], [13, 14, 15, 16]);
    const outer = rows(
      [0, 0, 0, 0, 0],
      ...[0, 1, 2, 3].map((row) => [0, ...inner.data.subarray(4 * row, 4 * row + 4)]),
    );
    const plain = shuffledPatches(inner, 2, seededRandom(1));
    const shuffled = shuffledPatches(outer, 2, seededRandom(1), { x: 1, y: 1, width: 4, height: 4 });
    expect(plain).not.toEqual(inner);
    const framed = [0, 1, 2, 3].flatMap((row) => [...shuffled.data.subarray(5 * row + 6, 5 * row + 10)]);
    expect(framed).toEqual([...plain.data]);
    expect(shuffled.data.filter((value) => value === 0)).toHaveLength(9);
  });
});
