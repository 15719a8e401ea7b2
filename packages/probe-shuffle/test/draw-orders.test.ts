import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { seededRandom } from '@understory/core';
import { drawOrders } from '../src/draw-orders.ts';

const draw = (length: number, repeats: number, derangement: boolean, seed = 1) =>
  drawOrders({ length, repeats, derangement, random: (repeat) => seededRandom(seed).fork(String(repeat)) });

describe('drawOrders', () => {
  it('draws orders of more places than a stack holds calls', () => {
    const [order] = draw(100_000, 1, false);
    expect(new Set(order).size).toBe(100_000);
  });

  it('gives permutations, no two alike, never the identity, and none that leaves anything where derangements are asked for', () => {
    const cases = fc.record({
      length: fc.integer({ min: 2, max: 64 }),
      repeats: fc.integer({ min: 1, max: 9 }),
      derangement: fc.boolean(),
      seed: fc.nat(),
    });
    fc.assert(
      fc.property(cases, ({ length, repeats, derangement, seed }) => {
        const orders = draw(length, repeats, derangement, seed);
        expect(new Set(orders.map(String)).size).toBe(orders.length);
        for (const order of orders) {
          expect(order.toSorted((one, other) => one - other)).toEqual(Array.from({ length }, (_, at) => at));
          const stay = order.filter((from, place) => from === place).length;
          expect(stay).toBeLessThan(derangement ? 1 : length);
        }
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  it('gives all that there are where more are asked for', () => {
    expect([2, 3, 4].map((length) => draw(length, 100, false).length)).toEqual([1, 5, 23]);
    expect([2, 3, 4, 5].map((length) => draw(length, 100, true).length)).toEqual([1, 2, 9, 44]);
  });

  it('draws each of them as often as any other', () => {
    const counts = new Map<string, number>();
    for (let seed = 0; seed < 2300; seed += 1) {
      const key = String(draw(4, 1, false, seed)[0]);
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    expect(counts.size).toBe(23);
    // Four standard deviations of a count of 100.
    for (const count of counts.values()) expect(Math.abs(count - 100)).toBeLessThan(40);
  });
});
