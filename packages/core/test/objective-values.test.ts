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
