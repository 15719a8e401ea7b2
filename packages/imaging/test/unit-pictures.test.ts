import { describe, expect, it } from '@jest/globals';
import { float32, seededRandom } from '@understory/core';
import { batched, grey, mirrored, shuffledPatches } from '@understory/imaging';

/** A picture of two channels whose values are all different. */
const numbered = (height: number, width: number) =>
  float32(
    Float32Array.from({ length: 2 * height * width }, (_, at) => at),
    [1, 2, height, width],
  );

describe('pictures of unit pixels', () => {
  it('are mirrored row by row', () => {
    const { data, dims } = mirrored(numbered(2, 3));
    expect([[...data], dims]).toEqual([
      [2, 1, 0, 5, 4, 3, 8, 7, 6, 11, 10, 9],
      [1, 2, 2, 3],
    ]);
  });

  it('are grey, and batches', () => {
    expect(grey(3, 2, 2)).toEqual(float32(new Float32Array(12).fill(0.5), [1, 3, 2, 2]));
    const both = batched([numbered(1, 2), grey(2, 1, 2)]);
    expect([[...both.data], both.dims]).toEqual([
      [0, 1, 2, 3, 0.5, 0.5, 0.5, 0.5],
      [2, 2, 1, 2],
    ]);
  });
});

describe('shuffledPatches', () => {
  it('moves whole patches, all channels alike, and loses none', () => {
    const picture = numbered(4, 6);
    const { data } = shuffledPatches(picture, 2, seededRandom(3));
    const corners = [0, 3, 12, 15];
    const moved = corners.map((corner) => data[corner]!);
    expect([...moved].sort((one, other) => one - other)).toEqual(corners);
    expect(moved).not.toEqual(corners);
    corners.forEach((corner, place) => {
      for (const offset of [0, 1, 2, 6, 7, 8, 24, 30]) expect(data[corner + offset]).toBe(moved[place]! + offset);
    });
  });

  it('leaves rows and columns over in their place, and the picture as it was', () => {
    const picture = numbered(5, 5);
    const before = picture.data.slice();
    const { data } = shuffledPatches(picture, 2, seededRandom(1));
    for (let at = 0; at < 25; at += 1) if (at % 5 === 4 || at >= 20) expect(data[at]).toBe(at);
    expect(picture.data).toEqual(before);
    expect([...data].sort((one, other) => one - other)).toEqual([...before]);
  });

  it('is another order for another seed, and never the picture itself', () => {
    const seen = new Set(
      Array.from({ length: 60 }, (_, seed) => shuffledPatches(numbered(2, 2), 2, seededRandom(seed)).data.join()),
    );
    expect(seen.has(numbered(2, 2).data.join())).toBe(false);
    expect(seen.size).toBeGreaterThan(15);
    expect(shuffledPatches(numbered(2, 2), 1, seededRandom(0))).toEqual(numbered(2, 2));
  });
});
