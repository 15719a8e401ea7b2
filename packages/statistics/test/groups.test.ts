import { describe, expect, it } from '@jest/globals';
import { compareGroups, holm, meanInterval, pairedDifference, summariseByGroup } from '../src/index.ts';

interface Row {
  readonly image: string;
  readonly explainer: string;
  readonly area: number | undefined;
}

const areas: Record<string, readonly (number | undefined)[]> = {
  gradcam: [0.2, 0.1, 0.3, 0.15, undefined],
  cam: [0.22, 0.14, 0.29, 0.2, 0.3],
  random: [0.4, 0.3, 0.5, 0.45, 0.35],
};

const rows: readonly Row[] = Object.entries(areas).flatMap(([explainer, values]) =>
  values.map((area, image) => ({ explainer, area, image: `image-${image}` })),
);
const by = { group: (row: Row) => row.explainer, value: (row: Row) => row.area };

describe('summariseByGroup', () => {
  it('gives each group what its own values say, in the order of appearance', () => {
    const summaries = summariseByGroup(rows, by);
    expect(summaries.map(({ group, n, missing }) => [group, n, missing])).toEqual([
      ['gradcam', 4, 1],
      ['cam', 5, 0],
      ['random', 5, 0],
    ]);
    expect(summaries[1]).toMatchObject(meanInterval(areas['cam'] as number[]));
    expect(summaries[2]!.quartiles).toEqual([0.35, 0.4, 0.45]);
  });

  it('keeps a group whose values are all missing', () => {
    const [summary] = summariseByGroup([{ explainer: 'cam', area: undefined, image: 'a' }], by);
    expect(summary).toMatchObject({ group: 'cam', n: 0, missing: 1, mean: undefined, quartiles: undefined });
    expect(summariseByGroup([], by)).toEqual([]);
  });
});

describe('compareGroups', () => {
  const pairing = { ...by, item: (row: Row) => row.image };

  it('pairs each group with each by item, whatever the order of the rows', () => {
    const comparisons = compareGroups(rows, pairing);
    expect(comparisons.map(({ first, second, n, unpaired }) => [first, second, n, unpaired])).toEqual([
      ['gradcam', 'cam', 4, 1],
      ['gradcam', 'random', 4, 1],
      ['cam', 'random', 5, 0],
    ]);
    expect(comparisons[1]).toMatchObject(pairedDifference([0.2, 0.1, 0.3, 0.15], [0.4, 0.3, 0.5, 0.45]));
    const corrected = holm(comparisons.map(({ pValue }) => pValue));
    expect(comparisons.map(({ correctedPValue }) => correctedPValue)).toEqual(corrected);
    const shuffledItems = [...rows].sort((one, other) => other.image.localeCompare(one.image));
    expect(compareGroups(shuffledItems, pairing)).toEqual(comparisons);
  });

  it('compares with a reference alone where one is named', () => {
    const comparisons = compareGroups(rows, { ...pairing, reference: 'random' });
    expect(comparisons.map(({ first, second }) => [first, second])).toEqual([
      ['gradcam', 'random'],
      ['cam', 'random'],
    ]);
    expect(() => compareGroups(rows, { ...pairing, reference: 'sobel' })).toThrow(
      new RangeError('"sobel" is none of the groups'),
    );
  });

  it('refuses two values of one group for one item', () => {
    expect(() => compareGroups([...rows, rows[5]!], pairing)).toThrow(
      new RangeError('"cam" has two values for "image-0"'),
    );
  });
});
