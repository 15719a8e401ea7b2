import { describe, expect, it } from '@jest/globals';
import { flatMap } from '@understory/core';
import type { HeatMap, MetricRequest, Objective } from '@understory/core';
import { structuralSimilarity } from '@understory/imaging';
import { randomLogit } from '../../src/index.ts';
import { randomLogitBy } from '../../src/randomisation/random-logit.ts';
import { mapOf, randomNumbers, tinyModel, tinyRequest, tinySize } from '../support/networks.ts';
import { apart, explained, golden, quantusRequest, valuesOf } from '../support/quantus.ts';

const { height, width } = tinySize;
const classMap = (of: number): HeatMap => mapOf(height, width, randomNumbers(height * width, `class ${of}`));

/** Maps that depend on the class alone; the classes are 0, 1 and 2 of three. */
function requestOf(asked: Objective[] = [], mapFor = classMap): MetricRequest {
  const request = tinyRequest(3);
  return {
    ...request,
    maps: [0, 1, 2].map(mapFor),
    explain: async ({ objective }) => {
      asked.push(objective!);
      return objective?.kind === 'score' ? objective.index.map(([of]) => mapFor(of!)) : [];
    },
  };
}
const scaled = ({ data }: HeatMap) => {
  const [low, high] = [Math.min(...data), Math.max(...data)];
  return data.map((value) => (value - low) / (high - low));
};

describe('randomLogit', () => {
  it('is the structural similarity to the map of another class, which is drawn', async () => {
    const asked: Objective[] = [];
    const found = await randomLogit().evaluate(requestOf(asked));
    expect(asked).toHaveLength(1);
    const [objective] = asked as [Extract<Objective, { kind: 'score' }>];
    expect(objective.output).toBe('logits');
    objective.index.forEach(([other, ...rest], target) => {
      expect(rest).toEqual([]);
      expect([0, 1, 2].filter((of) => of !== target)).toContain(other);
      const expected = structuralSimilarity(scaled(classMap(target)), scaled(classMap(other!)), height, width);
      expect(found[target]!.value).toBeCloseTo(expected, 6);
      expect(found[target]!.details!['ssim']).toBe(found[target]!.value);
    });
  });

  it('has the mean over other classes, each once, and all of them where more are asked for', async () => {
    const asked: Objective[] = [];
    const found = await randomLogit({ draws: 9 }).evaluate(requestOf(asked));
    expect(asked).toHaveLength(2);
    const similarity = (one: number, other: number) =>
      structuralSimilarity(scaled(classMap(one)), scaled(classMap(other)), height, width);
    expect(found[0]!.value).toBeCloseTo((similarity(0, 1) + similarity(0, 2)) / 2, 6);
    expect(found[2]!.value).toBeCloseTo((similarity(2, 0) + similarity(2, 1)) / 2, 6);
  });

  it('draws each class about as often, by the seed', async () => {
    const counts = [0, 0, 0];
    for (let seed = 0; seed < 200; seed += 1) {
      const asked: Objective[] = [];
      await randomLogit({ similarity: 'rank-correlation' }).evaluate({ ...requestOf(asked), seed });
      const [objective] = asked as [Extract<Objective, { kind: 'score' }>];
      counts[objective.index[1]![0]!]! += 1;
    }
    expect(counts[1]).toBe(0);
    expect(counts[0]).toBeGreaterThan(75);
    expect(counts[2]).toBeGreaterThan(75);
  });

  it("equals Quantus' with the same classes, by Spearman's correlation", async () => {
    const { values, others } = golden.randomLogit;
    const request = quantusRequest('grey');
    const { targets } = golden.cases.grey;
    const metric = randomLogitBy(({ sample }) => [others[sample]!])({ similarity: 'rank-correlation' });
    const found = await metric.evaluate({
      ...request,
      maps: explained('grey', request.feeds, targets),
      explain: async ({ objective }) =>
        explained('grey', request.feeds, objective?.kind === 'score' ? objective.index.map(([of]) => of!) : targets),
    });
    expect(apart(valuesOf(found), values)).toBeLessThan(1e-5);
  });

  it('is 1 for a map that does not depend on the class', async () => {
    const still = requestOf([], () => classMap(7));
    for (const { value, details } of await randomLogit().evaluate(still)) {
      expect([value, details]).toEqual([1, { ssim: 1, rankCorrelation: 1 }]);
    }
  });

  it('leaves out maps of other classes that are the same everywhere', async () => {
    const flat = mapOf(height, width, new Float32Array(height * width));
    const partly = requestOf([], (of) => (of === 1 ? flat : classMap(of)));
    const [first, second] = await randomLogit({ draws: 2 }).evaluate(partly);
    const expected = structuralSimilarity(scaled(classMap(0)), scaled(classMap(2)), height, width);
    expect(first!.value).toBeCloseTo(expected, 6);
    expect(second).toEqual({ value: undefined, reason: flatMap });
    const only = requestOf([], (of) => (of === 0 ? classMap(0) : flat));
    expect((await randomLogit({ draws: 2 }).evaluate(only))[0]!.reason).toBe(
      'the heat map of every other class is the same everywhere',
    );
  });

  it('says why there is no value', async () => {
    const broken = mapOf(height, width, new Float32Array(height * width).fill(NaN));
    const ownBroken = { ...requestOf(), maps: [broken, classMap(1), classMap(2)] };
    expect((await randomLogit().evaluate(ownBroken))[0]!.reason).toContain('not finite');
    const otherBroken = { ...requestOf([], () => broken), maps: [0, 1, 2].map(classMap) };
    expect((await randomLogit().evaluate(otherBroken))[0]!.reason).toContain('of another class');
    const single = { ...tinyRequest(1, { ...tinySize, classes: 1 }), model: tinyModel({ ...tinySize, classes: 1 }) };
    const [alone] = await randomLogit().evaluate({ ...single, explain: async () => [] });
    expect(alone).toEqual({ value: undefined, reason: 'the model has no other class' });
    const failure = (found: string) => expect.objectContaining({ code: 'METRIC_NOT_APPLICABLE', found });
    const { explain, ...without } = requestOf();
    expect(explain).toBeDefined();
    await expect(randomLogit().evaluate(without)).rejects.toThrow(failure('no explainer'));
    const place: Objective = { kind: 'score', output: 'logits', index: [[0, 1], [1], [2]] };
    await expect(randomLogit().evaluate({ ...requestOf(), objective: place })).rejects.toThrow(
      failure('no class score'),
    );
    expect(randomLogit()).toMatchObject({ better: 'lower', range: [-1, 1], needs: ['explain'] });
  });
});
