import { describe, expect, it } from '@jest/globals';
import { float32, objectiveValues } from '@understory/core';
import type { Objective, Tensors } from '@understory/core';

const logits: Tensors = { logits: float32(Float32Array.of(1, 2, 3, 4, 0, 0), [2, 3]) };
const score: Objective = { kind: 'score', output: 'logits', index: [[2], [0]] };

describe('objectiveValues', () => {
  it('reads a score', () => {
    expect([...objectiveValues(score, logits)]).toEqual([3, 4]);
  });

  it('computes a cross-entropy that large logits do not break', () => {
    const objective: Objective = { kind: 'crossEntropy', output: 'logits', target: [1, 0] };
    const large = { logits: float32(Float32Array.of(1000, 1000, -1000, 0, 0, 0), [2, 3]) };
    const [first, second] = objectiveValues(objective, large);
    expect(first).toBeCloseTo(Math.log(2), 12);
    expect(second).toBeCloseTo(Math.log(3), 12);
  });

  it('computes a similarity of vectors of any length, and of an output of any shape', () => {
    const to = float32(Float32Array.of(0, 0, 5, 0.3, 0.4, 0), [2, 3]);
    const similarity = { kind: 'similarity', output: 'logits', to } as const;
    const expected = [3 / Math.sqrt(14), 0.6];
    const shapes = [
      [2, 3],
      [2, 3, 1, 1],
      [2, 1, 3],
    ];
    for (const dims of shapes) {
      const outputs = { logits: float32(Float32Array.of(1, 2, 3, 4, 0, 0), dims) };
      const own = objectiveValues(similarity, outputs);
      const scaled = objectiveValues({ ...similarity, scale: -100 }, outputs);
      own.forEach((value, sample) => {
        expect(value).toBeCloseTo(expected[sample]!, 6);
        expect(scaled[sample]).toBeCloseTo(-100 * value, 4);
      });
    }
    const zeros = { logits: float32(new Float32Array(6), [2, 3]) };
    expect([...objectiveValues(similarity, zeros)]).toEqual([0, 0]);
  });

  it('holds lengths whose squares float32 does not', () => {
    const to = float32(Float32Array.of(1e30, 1e-30, 0, 0, 1e-40, 0), [2, 3]);
    const outputs = { logits: float32(Float32Array.of(3e30, 4e30, 0, 0, 2, 0), [2, 3]) };
    const [first, second] = objectiveValues({ kind: 'similarity', output: 'logits', to }, outputs);
    expect(first).toBeCloseTo(0.6, 6);
    expect(second).toBeCloseTo(1, 6);
  });

  const vectors = (dims: readonly number[], ...values: readonly number[]) => float32(Float32Array.from(values), dims);
  it.each([
    ['of another width', { to: vectors([2, 2], 1, 2, 3, 4) }, 'vectors [2, 2]', '[N, 3], one vector a sample'],
    ['without a width', { to: vectors([2], 1, 2) }, 'vectors [2]', '[N, 3], one vector a sample'],
    [
      'that have not all their numbers',
      { to: { type: 'float32', dims: [2, 3], data: Float32Array.of(1) } as const },
      'vectors [2, 3] of 1 numbers',
      '[N, 3], one vector a sample',
    ],
    [
      'of zeros',
      { to: vectors([2, 3], 1, 0, 0, 0, 0, 0) },
      'nothing but zeros in the vector of sample 1',
      'finite numbers that are not all zero',
    ],
    [
      'that are not finite',
      { to: vectors([2, 3], 1, NaN, 0, 0, 0, 1) },
      'NaN in the vector of sample 0',
      'finite numbers that are not all zero',
    ],
    ['with a scale that is not finite', { scale: Infinity }, 'a scale of Infinity', 'a finite number'],
  ])('refuses vectors %s', (_, changes, found, expected) => {
    const to = vectors([2, 3], 1, 2, 3, 4, 5, 6);
    const similarity: Objective = { kind: 'similarity', output: 'logits', to, ...changes };
    expect(() => objectiveValues(similarity, logits)).toThrow(
      expect.objectContaining({ code: 'SIMILARITY_INVALID', found, expected, next: expect.stringMatching(/^\w.*\.$/) }),
    );
  });

  it('refuses what does not fit', () => {
    const far: Objective = { kind: 'score', output: 'logits', index: [[3], [0]] };
    expect(() => objectiveValues(far, logits)).toThrow(expect.objectContaining({ code: 'CLASS_OUT_OF_RANGE' }));
    const few: Objective = { kind: 'score', output: 'logits', index: [[0]] };
    expect(() => objectiveValues(few, logits)).toThrow(expect.objectContaining({ code: 'TARGET_COUNT' }));
    const deep: Objective = { kind: 'score', output: 'logits', index: [[0, 0], [0]] };
    expect(() => objectiveValues(deep, logits)).toThrow(RangeError);
  });

  it('adds the terms of a sum and the products of a cotangent', () => {
    const cotangent: Objective = {
      kind: 'cotangent',
      cotangents: {
        logits: float32(Float32Array.of(1, 0, -1, 0.5, 0, 9), [2, 3]),
        flat: float32(Float32Array.of(1, 2), [2, 1]),
      },
    };
    const objective: Objective = {
      kind: 'sum',
      terms: [
        { weight: 2, of: score },
        { weight: -1, of: cotangent },
      ],
    };
    const outputs = { ...logits, flat: float32(Float32Array.of(10, 20), [2, 1]) };
    expect([...objectiveValues(cotangent, outputs)]).toEqual([-2 + 10, 2 + 40]);
    expect([...objectiveValues(objective, outputs)]).toEqual([6 - 8, 8 - 42]);
  });
});
