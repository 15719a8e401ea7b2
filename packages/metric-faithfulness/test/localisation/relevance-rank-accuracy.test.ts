import { describe, expect, it } from '@jest/globals';
import { flatMap } from '@understory/core';
import { relevanceRankAccuracy } from '../../src/index.ts';
import { onObject, onQuantusMasks } from '../support/object.ts';
import { golden } from '../support/quantus.ts';

const of = async (map: readonly number[], inside: readonly number[] | undefined, seed = 0) =>
  (await relevanceRankAccuracy().evaluate({ ...onObject(map, inside), seed }))[0]!;

describe('relevanceRankAccuracy', () => {
  it('is the fraction of as many highest pixels as the object has that are its own', async () => {
    expect((await of([8, 7, 6, 5, 4, 3, 2, 1], [1, 0, 1, 0, 0, 0, 0, 1])).value).toBeCloseTo(2 / 3, 12);
    expect((await of([8, 7, 6, 5, 4, 3, 2, 1], [1, 1, 0, 0, 0, 0, 0, 0])).value).toBe(1);
    expect((await of([8, 7, 6, 5, 4, 3, 2, 1], [0, 0, 0, 0, 0, 0, 1, 1])).value).toBe(0);
    expect((await of([8, 7, 6, 5, 4, 3, 2, 1], [1, 1, 1, 1, 1, 1, 1, 1])).value).toBe(1);
  });

  it('draws among equal pixels by the seed', async () => {
    const values = new Set<number>();
    for (let seed = 0; seed < 20; seed += 1) {
      values.add((await of([1, 1, 0, 0, 0, 0, 0, 0], [1, 0, 0, 0, 0, 0, 0, 0], seed)).value!);
    }
    expect([...values].sort()).toEqual([0, 1]);
  });

  it("equals Quantus'", async () => {
    const found = await onQuantusMasks(relevanceRankAccuracy());
    found.forEach((value, sample) => expect(value).toBeCloseTo(golden.localisation['rank']![sample]!, 12));
  });

  it('says why there is no value', async () => {
    expect((await of([1, 0, 0, 0, 0, 0, 0, 0], undefined)).reason).toBe('the image has no object');
    expect(await of([1, 1, 1, 1, 1, 1, 1, 1], [1, 0, 0, 0, 0, 0, 0, 0])).toEqual({ value: undefined, reason: flatMap });
    expect(relevanceRankAccuracy()).toMatchObject({ better: 'higher', range: [0, 1], needs: ['objects'] });
  });
});
