import { describe, expect, it } from '@jest/globals';
import { flatMap, seededRandom } from '@understory/core';
import fc from 'fast-check';
import { sparseness } from '../../src/index.ts';
import { mapOf, tinyRequest, tinySize } from '../support/networks.ts';
import { apart, golden, quantusRequest, valuesOf } from '../support/quantus.ts';

const { height, width } = tinySize;
const places = height * width;
const gini = async (values: ArrayLike<number>) =>
  (await sparseness().evaluate(tinyRequest(1, tinySize, { maps: [mapOf(height, width, values)] })))[0]!;

describe('sparseness', () => {
  it('is 0 where all pixels are equal, whatever their sign, and 1 - 1/n where one has everything', async () => {
    const signs = Array.from({ length: places }, (_, at) => (at % 2 === 0 ? 3 : -3));
    expect((await gini(signs)).value).toBeCloseTo(0, 12);
    const one = Array.from({ length: places }, (_, at) => (at === 5 ? -2 : 0));
    expect((await gini(one)).value).toBeCloseTo(1 - 1 / places, 12);
  });

  it('is half the mean difference of all pairs over the mean', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: -9, max: 9 }), { minLength: places, maxLength: places }),
        async (values) => {
          const sizes = values.map(Math.abs);
          const mean = sizes.reduce((sum, value) => sum + value, 0) / places;
          const differences = sizes.flatMap((one) => sizes.map((other) => Math.abs(one - other)));
          const expected = differences.reduce((sum, value) => sum + value, 0) / places ** 2 / 2 / mean;
          const { value } = await gini(values);
          if (mean === 0) expect(value).toBeUndefined();
          else expect(value).toBeCloseTo(expected, 9);
        },
      ),
      { seed: 1, numRuns: 40 },
    );
  });

  it('minds neither scale nor place', async () => {
    const random = seededRandom(1);
    const values = Array.from({ length: places }, () => random.normal());
    const { value } = await gini(values);
    expect((await gini(values.map((each) => 4 * each))).value).toBeCloseTo(value!, 9);
    expect((await gini(values.toReversed())).value).toBeCloseTo(value!, 9);
  });

  it("equals Quantus' on the same maps, to the 1e-7 that it adds to each pixel", async () => {
    const found = valuesOf(await sparseness().evaluate(quantusRequest('grey')));
    expect(apart(found, golden.complexity.sparseness)).toBeLessThan(1e-6);
  });

  it('says why there is no value', async () => {
    expect(await gini(new Float32Array(places))).toEqual({
      value: undefined,
      reason: flatMap,
    });
    expect(await gini(new Float32Array(places).fill(0.1))).toEqual({ value: undefined, reason: flatMap });
    expect((await gini(new Float32Array(places).fill(NaN))).reason).toContain('not finite');
    expect(sparseness()).toMatchObject({ better: 'higher', range: [0, 1] });
  });
});
