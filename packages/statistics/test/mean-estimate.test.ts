import { describe, expect, it } from '@jest/globals';
import { meanEstimate } from '../src/index.ts';

describe('meanEstimate', () => {
  it('takes Wilson for shares of whole images, else the bootstrap over images', () => {
    const whole = meanEstimate([1, 1, 1, 0], { share: true, seed: 1 });
    expect(whole).toMatchObject({ n: 4, estimate: 0.75 });
    expect(whole.interval?.[0]).toBeCloseTo(0.3006, 4);
    expect(whole.interval?.[1]).toBeCloseTo(0.9544, 4);
    const parts = meanEstimate([0.2, 0.6, 1, 1, 0.4], { share: true, seed: 1 });
    expect(parts.estimate).toBeCloseTo(0.64, 12);
    expect(parts.interval![0]).toBeGreaterThan(0.2);
    expect(parts.interval![1]).toBeLessThanOrEqual(1);
  });

  it('says nothing of none, and gives no interval to one or to what is constant', () => {
    expect(meanEstimate([], { share: true, seed: 1 })).toEqual({ n: 0, estimate: null, interval: null });
    expect(meanEstimate([0.5], { share: false, seed: 1 })).toEqual({ n: 1, estimate: 0.5, interval: null });
    expect(meanEstimate([0.5, 0.5], { share: true, seed: 1 })).toEqual({ n: 2, estimate: 0.5, interval: null });
  });

  it('is as wide with the bootstrap as with Student where there are many', () => {
    const values = Array.from({ length: 501 }, (_, at) => Math.sin(at));
    const [many, fewer] = [values, values.slice(0, 500)].map(
      (part) => meanEstimate(part, { share: false, seed: 1 }).interval!,
    );
    expect(many![1] - many![0]).toBeCloseTo(fewer![1] - fewer![0], 2);
  });
});
