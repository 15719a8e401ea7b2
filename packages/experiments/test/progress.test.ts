import { describe, expect, it } from '@jest/globals';
import { countProgress, type Progress } from '../src/progress.ts';

function counted(total: number | undefined, seconds: readonly number[]): readonly Progress[] {
  const seen: Progress[] = [];
  const clock = [0, ...seconds].map((second) => 1000 * second);
  const now = () => clock.shift()!;
  const progress = countProgress({ done: 3, failed: 1, total, report: (event) => seen.push(event), now });
  seconds.forEach(() => progress.count('done'));
  return seen;
}

describe('countProgress', () => {
  it('tells the rate of this process and what is left at that rate', () => {
    expect(counted(10, [2, 4])).toEqual([
      { done: 3, failed: 1, resumed: 4, total: 10 },
      { done: 4, failed: 1, resumed: 4, total: 10, rate: 0.5, eta: 10 },
      { done: 5, failed: 1, resumed: 4, total: 10, rate: 0.5, eta: 8 },
    ]);
  });

  it('looks back over the last fifty items', () => {
    const slowThenFast = Array.from({ length: 100 }, (_, item) => (item < 50 ? 10 * item : 500 + item - 50));
    expect(counted(undefined, slowThenFast).at(-1)).toMatchObject({ done: 103, rate: 50 / 59 });
  });

  it('has no rate while the clock stands, and no time left without a total', () => {
    expect(counted(undefined, [0, 1])).toEqual([
      { done: 3, failed: 1, resumed: 4 },
      { done: 4, failed: 1, resumed: 4 },
      { done: 5, failed: 1, resumed: 4, rate: 2 },
    ]);
  });
});
