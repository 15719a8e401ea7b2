import { describe, expect, it } from '@jest/globals';
import { flatMap } from '@understory/core';
import { topKIntersection } from '../../src/index.ts';
import { onObject, onQuantusMasks } from '../support/object.ts';
import { apart, golden } from '../support/quantus.ts';

const of = async (pixels: number, weighted = false, map: readonly number[] = [8, 7, 6, 5, 4, 3, 2, 1]) =>
  (await topKIntersection({ pixels, weighted }).evaluate(onObject(map, [1, 0, 1, 1, 0, 0, 0, 0])))[0]!;

describe('topKIntersection', () => {
  it('is the fraction of the highest pixels that lie on the object', async () => {
    const values = [];
    for (let pixels = 1; pixels < 8; pixels += 1) values.push((await of(pixels)).value);
    expect(values).toEqual([1, 1 / 2, 2 / 3, 3 / 4, 3 / 5, 3 / 6, 3 / 7]);
  });

  it('weighted is relative to the part of the image that the object has: 3 of 8 pixels', async () => {
    expect((await of(4, true)).value).toBeCloseTo(((3 / 4) * 8) / 3, 12);
  });

  it("equals Quantus', with the influence of the concept too", async () => {
    const { 'top 10': plain, 'top 10, weighted': weighted } = golden.localisation;
    expect(apart(await onQuantusMasks(topKIntersection({ pixels: 10 })), plain!)).toBeLessThan(1e-12);
    const metric = topKIntersection({ pixels: 10, weighted: true });
    expect(apart(await onQuantusMasks(metric), weighted!)).toBeLessThan(1e-12);
  });

  it('says how to read it, and why there is no value', async () => {
    expect((await of(8)).reason).toBe('the image has only 8 pixels, and 8 are to be looked at');
    expect(await of(2, false, [1, 1, 1, 1, 1, 1, 1, 1])).toEqual({ value: undefined, reason: flatMap });
    expect(topKIntersection()).toMatchObject({ better: 'higher', range: [0, 1], needs: ['objects'] });
    expect(topKIntersection({ weighted: true }).range).toEqual([0, Infinity]);
  });
});
