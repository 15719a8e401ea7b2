import { describe, expect, it } from '@jest/globals';
import { flatMap, float32 } from '@understory/core';
import type { Box, Measurement, MetricRequest } from '@understory/core';
import { tinyModel, mapOf } from '../support/networks.ts';
import { pointingGame } from '../../src/index.ts';

const size = { channels: 1, height: 20, width: 30, classes: 2 };

function request(
  peaks: readonly (readonly [x: number, y: number])[],
  boxes: readonly Box[] | undefined,
): MetricRequest {
  const data = new Float32Array(600);
  for (const [x, y] of peaks) data[y * 30 + x] = 1;
  return {
    model: tinyModel(size),
    feeds: { pixels: float32(new Float32Array(600), [1, 1, 20, 30]) },
    objective: { kind: 'score', output: 'logits', index: [[0]] },
    maps: [mapOf(20, 30, data)],
    ...(boxes && { boxes: [boxes] }),
    seed: 0,
  };
}
const play = async (peak: readonly [number, number], boxes: readonly Box[], tolerance = 0) =>
  (await pointingGame({ tolerance }).evaluate(request([peak], boxes)))[0]!.value;

describe('pointingGame', () => {
  const box: Box = { x: 10, y: 5, width: 4, height: 3 };

  it('hits the pixels of the box and no others', async () => {
    const hits: string[] = [];
    for (let y = 3; y < 10; y += 1) {
      for (let x = 8; x < 16; x += 1) if ((await play([x, y], [box])) === 1) hits.push(`${x},${y}`);
    }
    const inside = [5, 6, 7].flatMap((y) => [10, 11, 12, 13].map((x) => `${x},${y}`));
    expect(hits).toEqual(inside);
  });

  it('forgives as many pixels as it is told, in every direction', async () => {
    expect(await play([7, 6], [box], 3)).toBe(1);
    expect(await play([6, 6], [box], 3)).toBe(0);
    expect(await play([16, 6], [box], 3)).toBe(1);
    expect(await play([17, 6], [box], 3)).toBe(0);
    expect(await play([7, 1], [box], 5)).toBe(1);
    expect(await play([6, 1], [box], 5)).toBe(0);
  });

  it('takes any box, by the centres of its pixels', async () => {
    expect(await play([25, 15], [box, { x: 24.6, y: 14.2, width: 1, height: 1.5 }])).toBe(1);
    expect(await play([24, 15], [box, { x: 24.6, y: 14.2, width: 1, height: 1.5 }])).toBe(0);
  });

  it.each<[string, Box]>([
    ['without width', { x: 5, y: 5, width: 0, height: 10 }],
    ['between two pixels', { x: 5.6, y: 5, width: 0.8, height: 10 }],
    ['outside the picture', { x: -10, y: 5, width: 5, height: 5 }],
    ['beyond its end', { x: 30, y: 5, width: 5, height: 5 }],
  ])('does not count a box %s as a hit, whatever is forgiven', async (_, empty) => {
    expect(await play([5, 5], [empty], 1000)).toBe(0);
  });

  it('draws one of several highest pixels by the seed, and points nowhere where all are equal', async () => {
    const metric = pointingGame({ tolerance: 0 });
    const peaks = [
      [12, 6],
      [20, 6],
      [3, 9],
    ] as const;
    const found = new Set<number>();
    for (let seed = 0; seed < 20; seed += 1) {
      const [{ value, details }] = (await metric.evaluate({ ...request(peaks, [box]), seed })) as [Measurement];
      expect(peaks).toContainEqual([details!['x'], details!['y']]);
      expect(value).toBe(details!['x'] === 12 ? 1 : 0);
      expect(details!['tiedHighest']).toBeCloseTo(3 / 600, 12);
      found.add(details!['x']!);
    }
    expect(found.size).toBe(3);
    const [flat] = await metric.evaluate(request([], [{ x: 0, y: 0, width: 30, height: 20 }]));
    expect(flat).toEqual({ value: undefined, reason: flatMap });
  });

  it('says why there is no value', async () => {
    const [none] = await pointingGame().evaluate(request([[1, 1]], []));
    expect(none).toEqual({ value: undefined, reason: 'the image has no box' });
    const broken = { ...request([], [box]), maps: [mapOf(1, 1, [NaN])] };
    expect((await pointingGame().evaluate(broken))[0]!.reason).toContain('not finite');
    await expect(pointingGame().evaluate(request([[1, 1]], undefined))).rejects.toThrow(
      expect.objectContaining({ code: 'METRIC_NOT_APPLICABLE', found: 'no boxes' }),
    );
    expect(pointingGame().needs).toEqual(['boxes']);
  });
});
