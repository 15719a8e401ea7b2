import { describe, expect, it } from '@jest/globals';
import { float32, outputsOf } from '@understory/core';
import type { Objective } from '@understory/core';

describe('outputsOf', () => {
  const score = (output: string): Objective => ({ kind: 'score', output, index: [[0]] });
  const cotangents = { b: float32(new Float32Array(1), [1]), c: float32(new Float32Array(1), [1]) };

  it('names the output of a score and of a cross-entropy', () => {
    expect(outputsOf(score('a'))).toEqual(['a']);
    expect(outputsOf({ kind: 'crossEntropy', output: 'a', target: [1] })).toEqual(['a']);
  });

  it('names every output of a sum once, however deep', () => {
    const inner: Objective = { kind: 'sum', terms: [{ weight: 1, of: score('b') }] };
    const terms = [score('a'), inner, score('a'), { kind: 'cotangent', cotangents } as const];
    const sum: Objective = { kind: 'sum', terms: terms.map((of) => ({ weight: -1, of })) };
    expect(outputsOf(sum)).toEqual(['a', 'b', 'c']);
    expect(outputsOf({ kind: 'sum', terms: [] })).toEqual([]);
  });

  it('names the outputs that have a cotangent', () => {
    expect(outputsOf({ kind: 'cotangent', cotangents })).toEqual(['b', 'c']);
  });
});
