import { describe, expect, it } from '@jest/globals';
import { seededRandom } from '@understory/core';
import fc from 'fast-check';
import { slic } from '../src/slic.ts';

/** How many connected parts the pixels of one superpixel have. */
function partsOf(labels: Int32Array, label: number, width: number): number {
  const left = new Set([...labels.keys()].filter((at) => labels[at] === label));
  let parts = 0;
  while (left.size > 0) {
    parts += 1;
    const open = [[...left][0]!];
    left.delete(open[0]!);
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      const beside = [at - width, at + width];
      if (at % width > 0) beside.push(at - 1);
      if (at % width < width - 1) beside.push(at + 1);
      for (const next of beside) if (left.delete(next)) open.push(next);
    }
  }
  return parts;
}

describe('slic', () => {
  it('is a grid of equal cells where all colours are the same', () => {
    const { labels, count } = slic([new Float32Array(64).fill(3)], {
      ...{ height: 8, width: 8, segments: 4, compactness: 10 },
    });
    expect(count).toBe(4);
    expect([...labels]).toEqual(
      Array.from({ length: 64 }, (_, at) => 2 * Math.floor(at / 32) + Math.floor((at % 8) / 4)),
    );
  });

  it('follows the border between two colours, at any scale and offset of the values', () => {
    // A disc of radius 7 in a square of 24.
    const isInside = Array.from({ length: 576 }, (_, at) => {
      const [y, x] = [Math.floor(at / 24) - 12, (at % 24) - 11];
      return y * y + x * x < 49;
    });
    const labelled = [1, 250].map((scale) => {
      const planes = [isInside.map((inside) => (inside ? 0.8 : 0.1) * scale - 2), isInside.map(() => 0.5)];
      const { labels, count } = slic(planes, { height: 24, width: 24, segments: 16, compactness: 10 });
      expect(count).toBeGreaterThan(8);
      const sides = Array.from({ length: count }, () => [0, 0]);
      labels.forEach((label, at) => (sides[label]![isInside[at] ? 1 : 0]! += 1));
      for (const side of sides) expect(Math.min(...side)).toBe(0);
      return [...labels];
    });
    expect(labelled[1]).toEqual(labelled[0]);
  });

  it('is squarer the more nearness counts', () => {
    const random = seededRandom('noise');
    const plane = Float64Array.from({ length: 400 }, () => random.uniform());
    const { labels, count } = slic([plane], { height: 20, width: 20, segments: 4, compactness: 1e6 });
    expect(count).toBe(4);
    expect([...labels]).toEqual(
      Array.from({ length: 400 }, (_, at) => 2 * Math.floor(at / 200) + Math.floor((at % 20) / 10)),
    );
  });

  it('gives every pixel of any image to one connected superpixel, numbered as they begin', () => {
    fc.assert(
      fc.property(
        fc.record({
          height: fc.integer({ min: 1, max: 14 }),
          width: fc.integer({ min: 1, max: 14 }),
          segments: fc.integer({ min: 1, max: 300 }),
          compactness: fc.constantFrom(0, 1, 10, 100),
          channels: fc.constantFrom(1, 3),
          seed: fc.integer({ min: 0, max: 99 }),
        }),
        ({ height, width, channels, seed, ...options }) => {
          const random = seededRandom(seed);
          const planes = Array.from({ length: channels }, () =>
            Float32Array.from({ length: height * width }, () => Math.round(random.uniform() * 3)),
          );
          const { labels, count } = slic(planes, { height, width, ...options });
          const begun: number[] = [];
          for (const label of labels) if (!begun.includes(label)) begun.push(label);
          expect(begun).toEqual(Array.from({ length: count }, (_, at) => at));
          for (const label of begun) expect(partsOf(labels, label, width)).toBe(1);
        },
      ),
      { seed: 1, numRuns: 200 },
    );
  });

  it('takes values that are not finite for one colour', () => {
    const { count } = slic([[NaN, 1, 2, Infinity]], { height: 2, width: 2, segments: 4, compactness: 10 });
    expect(count).toBe(4);
  });
});
