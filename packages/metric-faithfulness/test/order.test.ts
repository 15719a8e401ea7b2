import { describe, expect, it } from '@jest/globals';
import { seededRandom } from '@understory/core';
import { orderOfTies, randomOrders } from '../src/order.ts';

const frame = { key: 'a', places: Uint32Array.from({ length: 50 }, (_, at) => (at * 7) % 50) };

describe('randomOrders', () => {
  it('are different permutations that the seed decides', () => {
    const orders = randomOrders(frame, 3, seededRandom(1));
    expect(orders).toHaveLength(3);
    for (const order of orders) expect([...order].sort((a, b) => a - b)).toEqual([...Array(50).keys()]);
    expect(new Set(orders.map((order) => order.join())).size).toBe(3);
    expect(randomOrders(frame, 5, seededRandom(1)).slice(0, 3)).toEqual(orders);
    expect(randomOrders(frame, 3, seededRandom(2))).not.toEqual(orders);
  });

  it('draw places of the frame, so that they turn with it', () => {
    const mirrored = { ...frame, places: frame.places.map((place) => 49 - place) };
    const [own, other] = [frame, mirrored].map((each) => [...orderOfTies(each, seededRandom(1))]);
    expect(other).toEqual(own!.map((place) => 49 - place));
  });
});
