import { describe, expect, it } from '@jest/globals';
import { checkTargetCount, float32 } from '@understory/core';
import type { Objective } from '@understory/core';

const score = (...classes: readonly number[]): Objective => ({
  kind: 'score',
  output: 'logits',
  index: classes.map((index) => [index]),
});
const cotangent = (batch: number): Objective => ({
  kind: 'cotangent',
  cotangents: { logits: float32(new Float32Array(2 * batch), [batch, 2]) },
});
const sum = (...parts: readonly Objective[]): Objective => ({
  kind: 'sum',
  terms: parts.map((of) => ({ weight: 1, of })),
});

describe('checkTargetCount', () => {
  const fitting: readonly Objective[] = [
    score(0, 1),
    { kind: 'crossEntropy', output: 'logits', target: [1, 1] },
    cotangent(2),
    { kind: 'similarity', output: 'embedding', to: float32(new Float32Array(8), [2, 4]) },
    sum(score(0, 1), sum(cotangent(2))),
  ];

  it.each(fitting.map((objective) => [objective.kind, objective] as const))('lets a %s of two pass', (_, objective) => {
    expect(() => checkTargetCount(objective, 2)).not.toThrow();
    expect(() => checkTargetCount(objective, 3)).toThrow(
      expect.objectContaining({ code: 'TARGET_COUNT', found: '2 targets for 3 samples' }),
    );
    expect(() => checkTargetCount(objective, 1)).toThrow(expect.objectContaining({ code: 'TARGET_COUNT' }));
  });

  it('looks into every term of a sum', () => {
    expect(() => checkTargetCount(sum(score(0, 1), sum(score(0))), 2)).toThrow(
      expect.objectContaining({ found: '1 target for 2 samples' }),
    );
  });
});
