import { describe, expect, it } from '@jest/globals';
import { flatMap, float32 } from '@understory/core';
import type { Feeds, MetricRequest } from '@understory/core';
import { continuity } from '../../src/index.ts';
import { mapOf, tinyModel } from '../support/networks.ts';
import { apart, explained, golden, quantusRequest, valuesOf } from '../support/quantus.ts';

/** Two rows of three pixels, explained by themselves. */
const mapsOf = (feeds: Feeds) => [mapOf(2, 3, feeds['pixels']!.data as Float32Array)];
function requestOf(pixels: readonly number[], seen: Feeds[] = []): MetricRequest {
  const feeds = { pixels: float32(Float32Array.from(pixels), [1, 1, 2, 3]) };
  return {
    model: tinyModel({ channels: 1, height: 2, width: 3, classes: 2 }),
    feeds,
    objective: { kind: 'score', output: 'logits', index: [[0]] },
    maps: mapsOf(feeds),
    explain: async ({ feeds: changed }) => {
      seen.push(changed!);
      return mapsOf(changed!);
    },
    seed: 0,
  };
}

describe('continuity', () => {
  it('shifts the picture from side to side, with its smallest number where nothing is', async () => {
    const seen: Feeds[] = [];
    await continuity({ steps: 7 }).evaluate(requestOf([1, 2, 3, 4, 5, 6], seen));
    expect(seen.map(({ pixels }) => [...(pixels!.data as Float32Array)])).toEqual([
      [3, 1, 1, 6, 1, 1],
      [2, 3, 1, 5, 6, 1],
      [1, 2, 3, 4, 5, 6],
      [1, 1, 2, 1, 4, 5],
      [1, 1, 1, 1, 1, 4],
      [1, 1, 1, 1, 1, 1],
      [1, 1, 1, 1, 1, 1],
    ]);
  });

  it('takes steps of the shifts that there are, the one by nothing among them: 9 of a width of 4', async () => {
    const seen: Feeds[] = [];
    const feeds = { pixels: float32(Float32Array.of(1, 2, 3, 4), [1, 1, 1, 4]) };
    const explain = async ({ feeds: changed }: { feeds?: Feeds }) => {
      seen.push(changed!);
      return [mapOf(1, 4, changed!['pixels']!.data as Float32Array)];
    };
    const model = tinyModel({ channels: 1, height: 1, width: 4, classes: 2 });
    await continuity({ steps: 3 }).evaluate({
      ...requestOf([1, 2, 3, 4, 5, 6]),
      ...{ model, feeds, explain, maps: [mapOf(1, 4, [1, 2, 3, 4])] },
    });
    expect(seen.map(({ pixels }) => [...(pixels!.data as Float32Array)])).toEqual([
      [2, 3, 4, 1],
      [1, 1, 1, 2],
      [1, 1, 1, 1],
    ]);
  });

  it('is the largest change of the map over that of the picture', async () => {
    // One shift, by the width: all that is left is black, and the map 1 everywhere.
    const [found] = await continuity({ steps: 1, normalise: false }).evaluate(requestOf([1, 2, 3, 4, 5, 6]));
    expect(found!.value).toBeCloseTo((0 + 1 + 2 + 3 + 4 + 5) / Math.sqrt(0 + 1 + 4 + 9 + 16 + 25), 6);
    const [scaled] = await continuity({ steps: 1 }).evaluate(requestOf([1, 2, 3, 4, 5, 6]));
    expect(scaled!.value).toBeCloseTo((5 + 4 + 3 + 2 + 1 + 0) / 6 / Math.sqrt(55), 6);
  });

  it('compares absolute values unless it is told not to', async () => {
    // Black is -2, where the map was 2 at four pixels.
    const of = async (absolute: boolean) =>
      (await continuity({ steps: 1, normalise: false, absolute }).evaluate(requestOf([2, 2, -2, -2, 2, 2])))[0]!.value;
    expect(await of(true)).toBeCloseTo(0, 6);
    expect(await of(false)).toBeCloseTo((4 * 4) / Math.sqrt(4 * 16), 6);
  });

  it.each(Object.entries(golden.robustness.continuity))("equals Quantus' over %s steps", async (steps, expected) => {
    const request = quantusRequest('grey');
    const { targets } = golden.cases.grey;
    const found = await continuity({ steps: Number(steps) }).evaluate({
      ...request,
      maps: explained('grey', request.feeds, targets),
      explain: async ({ feeds }) => explained('grey', feeds!, targets),
    });
    expect(apart(valuesOf(found), expected)).toBeLessThan(1e-5);
  });

  it('says why there is no value', async () => {
    const request = requestOf([1, 2, 3, 4, 5, 6]);
    const flat = { ...request, maps: [mapOf(2, 3, [2, 2, 2, 2, 2, 2])] };
    expect((await continuity().evaluate(flat))[0]).toEqual({ value: undefined, reason: flatMap });
    const black = { ...requestOf([1, 1, 1, 1, 1, 1]), maps: request.maps };
    expect((await continuity().evaluate(black))[0]!.reason).toBe('no change leaves the image another one');
    const broken = { ...request, explain: async () => [mapOf(1, 1, [NaN])] };
    expect((await continuity().evaluate(broken))[0]!.reason).toContain('not finite');
    const { explain, ...without } = request;
    expect(explain).toBeDefined();
    await expect(continuity().evaluate(without)).rejects.toThrow(
      expect.objectContaining({ code: 'METRIC_NOT_APPLICABLE', found: 'no explainer' }),
    );
    expect(continuity()).toMatchObject({ better: 'lower', range: [0, Infinity], needs: ['explain'] });
  });
});
