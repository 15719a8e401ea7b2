import { expect, it } from '@jest/globals';
import { pearson, spearman } from '@understory/statistics';
import { correlated } from '../src/correlated.ts';

it('is the correlation where there is one', () => {
  const found = { notes: [1, 2, 4], drops: [10, 20, 90] };
  expect(correlated(found, spearman).value).toBeCloseTo(1, 12);
  const { value } = pearson(found.notes, found.drops);
  expect(correlated(found, pearson)).toEqual({ value });
});

it.each([
  ['the image has too few pixels for two changes', [1], [2]],
  ['every change has the same effect on the score', [1, 2], [5, 5]],
  ['the heat map gives every change the same', [3, 3], [5, 6]],
])('else says that %s', (reason, notes, drops) => {
  expect(correlated({ notes, drops }, pearson)).toEqual({ value: undefined, reason });
});
