import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { byExampleRank, ChosenExamples, exampleRank } from '../src/common/chosen-examples.ts';

const items = Array.from({ length: 30 }, (_, at) => ({ item: `image-${at}`, kind: at % 3 === 0 }));

/** What is kept in the end when items come in that order. */
function keptOf(order: readonly { readonly item: string; readonly kind: boolean }[], seed: number): readonly string[] {
  const chosen = new ChosenExamples<boolean>(4, seed);
  const kept = new Set<string>();
  for (const { item, kind } of order) {
    const { isKept, dropped } = chosen.offer(item, kind);
    if (isKept) kept.add(item);
    if (dropped !== undefined) expect(kept.delete(dropped)).toBe(true);
    expect(kept.size).toBeLessThanOrEqual(8);
  }
  return [...kept].toSorted();
}

describe('ChosenExamples', () => {
  it('keeps the same items of each kind in whatever order they come, and again after an interruption', () => {
    const expected = [true, false].flatMap((kind) =>
      byExampleRank(
        items.filter((each) => each.kind === kind),
        ({ item }) => item,
        7,
      ).slice(0, 4),
    );
    const names = expected.map(({ item }) => item).toSorted();
    fc.assert(
      fc.property(fc.shuffledSubarray(items, { minLength: 30, maxLength: 30 }), fc.nat(29), (order, again) => {
        expect(keptOf([...order, ...order.slice(again)], 7)).toEqual(names);
      }),
      { seed: 1, numRuns: 100 },
    );
  });

  it('goes by the seed, and keeps none where none is asked for', () => {
    expect(keptOf(items, 8)).not.toEqual(keptOf(items, 7));
    expect(exampleRank('image-3', 7)).toBe(exampleRank('image-3', 7));
    expect(new ChosenExamples<null>(0, 7).offer('image-3', null)).toEqual({ isKept: false });
  });
});
