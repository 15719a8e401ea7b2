import { describe, expect, it } from '@jest/globals';
import { centre } from '@understory/explain-baseline';
import { mapOf } from './networks.ts';

const zeros = (length: number) => Array.from({ length }, () => 0);

describe('centre', () => {
  it('is a Gaussian of the distance from the middle', async () => {
    const { data } = await mapOf(centre(), zeros(15), [1, 3, 5]);
    expect(data[7]).toBe(1);
    expect(data[8]).toBeCloseTo(Math.exp(-(0.2 ** 2) / (2 * 0.25 ** 2)), 6);
    expect(data[12]).toBeCloseTo(Math.exp(-((1 / 3) ** 2) / (2 * 0.25 ** 2)), 6);
  });

  it('is the same from both sides, and wider for a larger sigma', async () => {
    const narrow = (await mapOf(centre({ sigma: 0.1 }), zeros(24), [1, 4, 6])).data;
    const wide = (await mapOf(centre({ sigma: 0.5 }), zeros(24), [1, 4, 6])).data;
    expect([...narrow].reverse()).toEqual([...narrow]);
    narrow.forEach((value, pixel) => expect(value).toBeLessThan(wide[pixel]!));
  });
});
