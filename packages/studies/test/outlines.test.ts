import { describe, expect, it } from '@jest/globals';
import type { Target } from '@understory/core';
import { drawnOutlines, outlinesOf, outlinesSchema } from '../src/explanation/outlines.ts';

const reading: Target['reading'] = { kind: 'sum', terms: [] };
const option = (target: string, x: number) => ({
  ...{ target, label: null, score: 1 },
  box: { x, y: 1, width: 2, height: 3.5 },
});
const kept = (answer: Parameters<typeof outlinesOf>[0], target: Target) => {
  const found = outlinesOf(answer, target);
  // As it is read back from a run folder.
  return found && outlinesSchema.parse(JSON.parse(JSON.stringify(found)));
};

describe('outlinesOf', () => {
  it('keeps the boxes that are found for the picture, and the one that is explained for its maps', () => {
    const answer = { options: [option('box:0', 4), option('box:1', 8)] };
    const target: Target = { words: 'box:1', label: 'pear', reading, box: { x: 8, y: 1, width: 2, height: 3.5 } };
    const { picture, maps } = drawnOutlines(kept(answer, target));
    expect(picture.boxes.map(({ box, label }) => [box.x, label])).toEqual([
      [4, 'box:0'],
      [8, 'box:1'],
    ]);
    expect(maps).toEqual({ boxes: [{ box: { x: 8, y: 1, width: 2, height: 3.5 }, label: 'pear' }] });
  });

  it('keeps all boxes for the maps of an answer, which is of none', () => {
    const answer = { options: [option('box:0', 4)] };
    const { maps } = drawnOutlines(kept(answer, { words: 'answer:red', label: 'red', reading }));
    expect(maps.boxes.map(({ box }) => box.x)).toEqual([4]);
  });

  it('keeps a region cell by cell', () => {
    const area = { height: 2, width: 3, inside: Uint8Array.of(0, 1, 1, 1, 0, 0) };
    const found = kept({ options: [] }, { words: 'region:cat', label: 'cat', reading, area });
    expect(found?.region).toEqual(['011', '100']);
    expect(drawnOutlines(found).maps.region).toEqual(area);
    expect(drawnOutlines(found).picture).toEqual({ boxes: [] });
  });

  it('has nothing for classes, nor for a record of an earlier run', () => {
    expect(kept({ options: [{ target: '3', label: 'cat', score: 2 }] }, { words: '3', label: 'cat', reading })).toBe(
      undefined,
    );
    expect(drawnOutlines(undefined)).toEqual({ picture: { boxes: [] }, maps: { boxes: [] } });
  });
});
