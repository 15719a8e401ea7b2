import { describe, expect, it } from '@jest/globals';
import { seededRandom } from '@understory/core';
import fc from 'fast-check';
import { orderOf, randomOrders } from '../src/order.ts';
import { plainOrder } from './support/reference.ts';

describe('orderOf', () => {
  it('takes the lower index first where values are equal, either way', () => {
    const scores = Float32Array.of(1, 3, 1, 3, -0, 0, 2);
    expect([...orderOf(scores, 'descending')]).toEqual([1, 3, 6, 0, 2, 4, 5]);
    expect([...orderOf(scores, 'ascending')]).toEqual([4, 5, 0, 2, 6, 1, 3]);
  });

  it('is what counting gives, with many ties', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 1, maxLength: 60 }),
        fc.constantFrom('descending' as const, 'ascending' as const),
        (values, order) => {
          expect([...orderOf(Float32Array.from(values), order)]).toEqual(plainOrder(values, order));
        },
      ),
      { seed: 1, numRuns: 200 },
    );
  });
});

describe('randomOrders', () => {
  it('are different permutations that the seed decides', () => {
    const orders = randomOrders(50, 3, seededRandom(1));
    expect(orders).toHaveLength(3);
    for (const order of orders) expect([...order].sort((a, b) => a - b)).toEqual([...Array(50).keys()]);
    expect(new Set(orders.map((order) => order.join())).size).toBe(3);
    expect(randomOrders(50, 5, seededRandom(1)).slice(0, 3)).toEqual(orders);
    expect(randomOrders(50, 3, seededRandom(2))).not.toEqual(orders);
  });
});
