import { describe, expect, it } from '@jest/globals';
import { flatMap } from '@understory/core';
import { effectiveComplexity } from '../../src/index.ts';
import { mapOf, tinyRequest, tinySize } from '../support/networks.ts';
import { golden, quantusRequest, valuesOf } from '../support/quantus.ts';

const { height, width } = tinySize;
const places = height * width;
const of = async (values: readonly number[], threshold?: number) => {
  const map = mapOf(
    height,
    width,
    Array.from({ length: places }, (_, at) => values[at] ?? 0),
  );
  const metric = effectiveComplexity(threshold === undefined ? {} : { threshold });
  return (await metric.evaluate(tinyRequest(1, tinySize, { maps: [map] })))[0]!;
};

describe('effectiveComplexity', () => {
  it('counts the pixels whose size is more than the threshold times the largest', async () => {
    const values = [8, -4, 4.5, 2, -1];
    expect(await of(values, 1e-5)).toEqual({ value: 5, details: { fraction: 5 / places } });
    expect((await of([...values, 0.75, 0.85])).value).toBe(6);
    expect((await of(values, 0.5)).value).toBe(2);
    expect((await of(values, 0.24)).value).toBe(4);
    expect((await of(values, 1)).value).toBe(0);
  });

  it.each(Object.entries(golden.complexity.effective))(
    "equals Quantus' on the same maps with the threshold %s",
    async (threshold, expected) => {
      const metric = effectiveComplexity({ threshold: Number(threshold) });
      expect(valuesOf(await metric.evaluate(quantusRequest('grey')))).toEqual(expected);
    },
  );

  it('says why there is no value', async () => {
    expect(await of(Array.from({ length: places }, () => 3))).toEqual({ value: undefined, reason: flatMap });
    expect((await of([NaN])).reason).toContain('not finite');
    expect(effectiveComplexity()).toMatchObject({ better: 'lower', range: [0, Infinity] });
  });
});
