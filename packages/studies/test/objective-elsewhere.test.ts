import { expect, it } from '@jest/globals';
import type { Objective, Subject, Target } from '@understory/core';
import { elsewhere } from '../src/evaluation/objective-elsewhere.ts';

/** A classifier whose logits another backend calls otherwise. */
const subject = (output: string, classes?: Subject['classes']) =>
  ({
    task: 'image-classification',
    ...(classes && { classes }),
    targets: (words: string): readonly Target[] => [
      { words, label: null, reading: { kind: 'element', output, index: [Number(words)] } },
    ],
  }) as unknown as Subject;

const classes = { output: 'logits', count: 5 } as unknown as NonNullable<Subject['classes']>;
const asked: Objective = { kind: 'score', output: 'logits', index: [[3], [1]] };

it('an objective of the same subject stays as it is', () => {
  const own = subject('logits');
  expect(elsewhere(asked, own, own)).toBe(asked);
});

it('classes of another subject are found by their index', () => {
  expect(elsewhere(asked, subject('logits', classes), subject('Identity:0', classes))).toEqual({
    kind: 'score',
    output: 'Identity:0',
    index: [[3], [1]],
  });
});

it('what is no class has no place elsewhere', () => {
  const failure = expect.objectContaining({
    code: 'TARGET_ELSEWHERE',
    found: 'a score objective of image-classification',
  });
  expect(() => elsewhere(asked, subject('a'), subject('b'))).toThrow(failure);
});
