import { describe, expect, it } from '@jest/globals';
import { flatMap } from '@understory/core';
import type { MetricRequest } from '@understory/core';
import { relevanceMassAccuracy } from '../../src/index.ts';
import { onObject, onQuantusMasks } from '../support/object.ts';
import { apart, golden } from '../support/quantus.ts';

const inside = [0, 1, 1, 0, 0, 1, 1, 0];
const of = async (request: MetricRequest, sign: 'positive' | 'absolute' | 'signed' = 'positive') =>
  (await relevanceMassAccuracy({ sign }).evaluate(request))[0]!;

describe('relevanceMassAccuracy', () => {
  it('is the part of the map on the object, by the values that count', async () => {
    const request = onObject([4, 2, -1, 0, 0, 6, 3, -4], inside);
    expect((await of(request)).value).toBeCloseTo(11 / 15, 6);
    expect((await of(request, 'absolute')).value).toBeCloseTo(12 / 20, 6);
    expect((await of(request, 'signed')).value).toBeCloseTo(10 / 10, 6);
    expect((await of(onObject([1, 0, 0, 0, 0, 0, 0, 0], inside))).value).toBe(0);
    expect((await of(onObject([0, 0, 0, 0, 0, 0, 5, 0], inside))).value).toBe(1);
  });

  it("equals Quantus' with signs, and of the positive part", async () => {
    const { mass, 'mass of the positive part': positive } = golden.localisation;
    expect(apart(await onQuantusMasks(relevanceMassAccuracy({ sign: 'signed' })), mass!)).toBeLessThan(1e-5);
    expect(apart(await onQuantusMasks(relevanceMassAccuracy()), positive!)).toBeLessThan(1e-5);
  });

  it('says why there is no value', async () => {
    const map = [4, 2, -1, 0, 0, 6, 3, -4];
    expect((await of(onObject(map, undefined))).reason).toBe('the image has no object');
    expect((await of(onObject(map, [0, 0, 0, 0, 0, 0, 0, 0]))).reason).toBe('no pixel of the image shows the object');
    expect(await of(onObject([1, 1, 1, 1, 1, 1, 1, 1], inside))).toEqual({ value: undefined, reason: flatMap });
    expect((await of(onObject([NaN, 1, 1, 1, 1, 1, 1, 1], inside))).reason).toContain('not finite');
    expect((await of(onObject([0, -1, 0, 0, 0, 0, 0, 0], inside))).reason).toBe('the heat map has no positive value');
    const zero = await of(onObject([1, -1, 0, 0, 0, 0, 0, 0], inside), 'signed');
    expect(zero.reason).toBe('the values of the heat map add up to 0');
    const { objects, ...without } = onObject(map, inside);
    expect(objects).toBeDefined();
    await expect(of(without)).rejects.toThrow(
      expect.objectContaining({ code: 'METRIC_NOT_APPLICABLE', found: 'no box or region of the object' }),
    );
    expect(relevanceMassAccuracy()).toMatchObject({ better: 'higher', range: [0, 1], needs: ['objects'] });
    expect(relevanceMassAccuracy({ sign: 'signed' }).range).toEqual([-Infinity, Infinity]);
  });
});
