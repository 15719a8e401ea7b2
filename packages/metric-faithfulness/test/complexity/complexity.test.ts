import { describe, expect, it } from '@jest/globals';
import { flatMap } from '@understory/core';
import { complexity } from '../../src/index.ts';
import { mapOf, tinyRequest, tinySize } from '../support/networks.ts';
import { apart, golden, quantusRequest, valuesOf } from '../support/quantus.ts';

const { height, width } = tinySize;
const places = height * width;
const of = async (values: ArrayLike<number>) =>
  (await complexity().evaluate(tinyRequest(1, tinySize, { maps: [mapOf(height, width, values)] })))[0]!;

describe('complexity', () => {
  it('is 0 where one pixel has everything, and log n where all have the same, whatever the sign', async () => {
    expect((await of(Array.from({ length: places }, (_, at) => (at === 3 ? -7 : 0)))).value).toBe(0);
    const signs = Array.from({ length: places }, (_, at) => (at % 2 === 0 ? 2 : -2));
    expect((await of(signs)).value).toBeCloseTo(Math.log(places), 12);
  });

  it('is the entropy of the parts: 1, 2 and 5 of 8', async () => {
    const { value } = await of(Array.from({ length: places }, (_, at) => [1, -2, 5][at] ?? 0));
    const expected = -(1 / 8) * Math.log(1 / 8) - (2 / 8) * Math.log(2 / 8) - (5 / 8) * Math.log(5 / 8);
    expect(value).toBeCloseTo(expected, 12);
  });

  it("equals Quantus' on the same maps, to the 1e-12 that it adds to each part", async () => {
    const found = valuesOf(await complexity().evaluate(quantusRequest('grey')));
    expect(apart(found, golden.complexity.complexity)).toBeLessThan(1e-7);
  });

  it('says why there is no value', async () => {
    expect(await of(new Float32Array(places).fill(2))).toEqual({ value: undefined, reason: flatMap });
    expect((await of(new Float32Array(places).fill(NaN))).reason).toContain('not finite');
    expect(complexity()).toMatchObject({ better: 'lower', range: [0, Infinity] });
  });
});
