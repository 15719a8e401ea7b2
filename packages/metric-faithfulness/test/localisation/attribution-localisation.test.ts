import { describe, expect, it } from '@jest/globals';
import { flatMap } from '@understory/core';
import { attributionLocalisation } from '../../src/index.ts';
import { onObject, onQuantusMasks } from '../support/object.ts';
import { apart, golden } from '../support/quantus.ts';

type Options = NonNullable<Parameters<typeof attributionLocalisation>[0]>;
const inside = [1, 1, 0, 0, 0, 0, 0, 0];
const of = async (map: readonly number[], options: Options = {}, object: readonly number[] | undefined = inside) =>
  (await attributionLocalisation(options).evaluate(onObject(map, object)))[0]!;

describe('attributionLocalisation', () => {
  it('is the part of the positive values on the object, and of what else may count', async () => {
    const map = [3, -2, 1, 0, 0, -4, 0, 2];
    expect((await of(map)).value).toBeCloseTo(3 / 6, 6);
    expect((await of(map, { sign: 'absolute' })).value).toBeCloseTo(5 / 12, 6);
    expect((await of([3, 2, 1, 0, 0, 0, 4, 2], { sign: 'signed' })).value).toBeCloseTo(5 / 12, 6);
  });

  it('weighted is relative to the part of the image that the object has: 2 of 8 pixels', async () => {
    expect((await of([3, 0, 1, 0, 0, 0, 0, 2], { weighted: true })).value).toBeCloseTo(((3 / 6) * 8) / 2, 6);
    // As much on each pixel, but for one that makes the map an order.
    expect((await of([1, 1, 1, 1, 1, 1, 1, 1.0001], { weighted: true })).value).toBeCloseTo(1, 4);
  });

  it("equals Quantus' of absolute values and of the positive part, to the 1e-9 that it adds", async () => {
    const { attribution, 'attribution of the positive part': positive } = golden.localisation;
    const absolute = attributionLocalisation({ sign: 'absolute' });
    expect(apart(await onQuantusMasks(absolute), attribution!)).toBeLessThan(1e-5);
    expect(apart(await onQuantusMasks(attributionLocalisation()), positive!)).toBeLessThan(1e-5);
  });

  it('says how to read it, and why there is no value', async () => {
    expect((await of([-1, 0, 0, 0, 0, 0, 0, 0], { weighted: true })).reason).toBe('the heat map has no positive value');
    expect(await of([1, 1, 1, 1, 1, 1, 1, 1])).toEqual({ value: undefined, reason: flatMap });
    expect(attributionLocalisation()).toMatchObject({ better: 'higher', range: [0, 1], needs: ['objects'] });
    expect(attributionLocalisation({ weighted: true }).range).toEqual([0, Infinity]);
    expect(attributionLocalisation({ weighted: true, sign: 'signed' }).range).toEqual([-Infinity, Infinity]);
  });
});
