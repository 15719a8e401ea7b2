import { describe, expect, it } from '@jest/globals';
import { random } from '@understory/explain-baseline';
import { feeds, mapOf, network, objective, wave } from './networks.ts';

describe('random', () => {
  it('draws uniformly from 0 to 1', async () => {
    const { height, width, data } = await mapOf(random, wave(10_000, 1), [1, 100, 100]);
    expect([height, width]).toEqual([100, 100]);
    expect(data.every((value) => value >= 0 && value <= 1)).toBe(true);
    const mean = data.reduce((sum, value) => sum + value / data.length, 0);
    const below = data.filter((value) => value < 0.25).length / data.length;
    // Five standard errors.
    expect(Math.abs(mean - 0.5)).toBeLessThan(5 * Math.sqrt(1 / 12 / data.length));
    expect(Math.abs(below - 0.25)).toBeLessThan(5 * Math.sqrt((0.25 * 0.75) / data.length));
  });

  it('draws again for every image and for every seed', async () => {
    const request = { model: network(), feeds, objective };
    const [maps, others] = await Promise.all([1, 2].map((seed) => random.explain({ ...request, seed })));
    const drawn = [...maps!, ...others!].map(({ data }) => data.join());
    expect(new Set(drawn).size).toBe(6);
  });
});
