import { describe, expect, it } from '@jest/globals';
import { rocAuc } from '../src/index.ts';

describe('rocAuc', () => {
  it('is the share of pairs that are in order, ties counting half', () => {
    expect(rocAuc([3, 4], [1, 2]).auc).toBe(1);
    expect(rocAuc([1, 2], [3, 4]).auc).toBe(0);
    expect(rocAuc([2, 2], [2, 2]).auc).toBe(0.5);
    // Pairs: 5>1, 5>4, 3>1, 3<4.
    expect(rocAuc([5, 3], [1, 4]).auc).toBe(0.75);
  });

  it('has ends at which the difference is as many standard errors as the level says', () => {
    const higher = [0.9, 0.8, 0.75, 0.6, 0.3];
    const lower = [0.1, 0.2, 0.35, 0.7];
    const { auc, interval } = rocAuc(higher, lower);
    expect(auc).toBe(17 / 20);
    const [m, n] = [higher.length, lower.length];
    for (const end of interval!) {
      // Hanley and McNeil's variance with exponential scores, the group sizes replaced by their mean.
      const [q1, q2] = [end / (2 - end), (2 * end * end) / (1 + end)];
      const mean = (m + n) / 2 - 1;
      const variance = (end * (1 - end) + mean * (q1 - end * end) + mean * (q2 - end * end)) / (m * n);
      if (end < 1) expect(Math.abs(auc! - end) / Math.sqrt(variance)).toBeCloseTo(1.959963984540054, 9);
    }
    expect(interval![0]).toBeLessThan(auc!);
    expect(interval![1]).toBeGreaterThan(auc!);
  });

  it('is not sure of a few that are told apart wholly, and surer of more', () => {
    const few = rocAuc([2, 2, 2, 2], [1, 1, 1, 1]);
    expect(few.interval![1]).toBe(1);
    expect(few.interval![0]).toBeGreaterThan(0.55);
    expect(few.interval![0]).toBeLessThan(0.65);
    const many = rocAuc(
      Array.from({ length: 40 }, () => 2),
      Array.from({ length: 40 }, () => 1),
    );
    expect(many.interval![0]).toBeGreaterThan(0.9);
  });

  it('mirrors itself where the groups change places', () => {
    const [one, other] = [rocAuc([5, 3, 4, 9], [1, 4, 6]), rocAuc([1, 4, 6], [5, 3, 4, 9])];
    expect(one.auc! + other.auc!).toBeCloseTo(1, 12);
    expect(one.interval![0] + other.interval![1]).toBeCloseTo(1, 9);
  });

  it('says nothing of an empty group, and refuses what is no number', () => {
    expect(rocAuc([], [1])).toMatchObject({ auc: undefined, interval: undefined, reason: 'a group is empty' });
    expect(() => rocAuc([NaN], [1])).toThrow(RangeError);
    expect(() => rocAuc([1], [1], { level: 1 })).toThrow(RangeError);
  });
});
