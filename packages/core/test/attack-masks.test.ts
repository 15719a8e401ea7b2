import { describe, expect, it } from '@jest/globals';
import { attackMasks, float32, type AttackGoal, type PixelSubject } from '@understory/core';

describe('attackMasks', () => {
  const subject = (classes?: { readonly count: number }) =>
    ({
      ...{ height: 1, width: 2, check: () => undefined },
      subject: { task: 'object-detection', forms: ['box:3', 'box:LABEL'], classes },
    }) as unknown as PixelSubject;
  const pixels = float32(new Float32Array(2), [1, 1, 1, 2]);
  const of = (goal: AttackGoal, classes?: { readonly count: number }) =>
    attackMasks({ subject: subject(classes), pixels, goal, seeds: [0] });

  it('refuses a class of a model that does not decide between classes, and says what can be named', () => {
    expect(() => of({ kind: 'targeted', classes: [0] })).toThrow(
      expect.objectContaining({ code: 'CLASSES_MISSING', next: 'Give a target instead: box:3, box:LABEL.' }),
    );
    expect(() => of({ kind: 'targeted', classes: [3] }, { count: 3 })).toThrow(
      expect.objectContaining({ code: 'CLASS_OUT_OF_RANGE' }),
    );
  });

  it('lets every pixel through where there are no masks, also for numbers of any model', () => {
    const reading = { kind: 'element', output: 'scores', index: [3] } as const;
    const targets = [{ words: 'box:3', label: null, reading }];
    const [mask] = of({ kind: 'raise', targets, isReached: () => false });
    expect(mask).toEqual(float32(Float32Array.of(1, 1), [1, 2]));
    expect(() => of({ kind: 'raise', targets: [], isReached: () => false })).toThrow(
      expect.objectContaining({ code: 'TARGET_COUNT' }),
    );
  });
});
