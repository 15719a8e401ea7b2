import { describe, expect, it } from '@jest/globals';
import { evenBatches, float32, takeFeeds, takeObjective, takeTensor, tensor } from '@understory/core';
import fc from 'fast-check';

describe('takeTensor', () => {
  it('takes samples in any order and as often as they are named', () => {
    const three = float32(Float32Array.of(1, 2, 3, 4, 5, 6), [3, 1, 2]);
    expect(takeTensor(three, [2, 0, 2])).toEqual(float32(Float32Array.of(5, 6, 1, 2, 5, 6), [3, 1, 2]));
  });

  it('keeps whole numbers of 64 bits', () => {
    const words = tensor('int64', BigInt64Array.of(1n, 2n, 3n, 4n), [2, 2]);
    expect(takeTensor(words, [1])).toEqual(tensor('int64', BigInt64Array.of(3n, 4n), [1, 2]));
  });
});

describe('takeFeeds and takeObjective', () => {
  it('take the same samples of every part', () => {
    const pixels = float32(Float32Array.of(1, 2), [2, 1]);
    expect(takeFeeds({ pixels, again: pixels }, [1])).toEqual({
      pixels: float32(Float32Array.of(2), [1, 1]),
      again: float32(Float32Array.of(2), [1, 1]),
    });
    const score = { kind: 'score', output: 'y', index: [[4], [5]] } as const;
    const crossEntropy = { kind: 'crossEntropy', output: 'y', target: [4, 5] } as const;
    const cotangent = { kind: 'cotangent', cotangents: { y: pixels } } as const;
    const similarity = { kind: 'similarity', output: 'y', to: pixels, scale: 3 } as const;
    const terms = [score, crossEntropy, cotangent, similarity].map((of) => ({ weight: 1, of }));
    expect(takeObjective({ kind: 'sum', terms }, [1, 1])).toEqual({
      kind: 'sum',
      terms: [
        { weight: 1, of: { kind: 'score', output: 'y', index: [[5], [5]] } },
        { weight: 1, of: { kind: 'crossEntropy', output: 'y', target: [5, 5] } },
        { weight: 1, of: { kind: 'cotangent', cotangents: { y: float32(Float32Array.of(2, 2), [2, 1]) } } },
        {
          weight: 1,
          of: { kind: 'similarity', output: 'y', to: float32(Float32Array.of(2, 2), [2, 1]), scale: 3 },
        },
      ],
    });
  });
});

describe('evenBatches', () => {
  it('covers everything once, in few batches of two sizes at most', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 200 }), fc.integer({ min: 1, max: 40 }), (count, largest) => {
        const batches = evenBatches(count, largest);
        const places = batches.flatMap(({ start, end }) => Array.from({ length: end - start }, (_, at) => start + at));
        const sizes = batches.map(({ start, end }) => end - start);
        expect(places).toEqual(Array.from({ length: count }, (_, at) => at));
        expect(batches).toHaveLength(Math.ceil(count / largest));
        if (count > 0) expect(Math.max(...sizes)).toBeLessThanOrEqual(Math.min(largest, Math.min(...sizes) + 1));
      }),
      { seed: 1, numRuns: 200 },
    );
  });
});
