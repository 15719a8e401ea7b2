import { describe, expect, it } from '@jest/globals';
import type { Answer, AnswerOption, Subject, Target } from '@understory/core';
import { counterpartOf } from '../src/comparison/counterpart.ts';

const box = (x: number) => ({ x, y: 0, width: 10, height: 10 });
const target = (more: Partial<Target>): Target => ({
  ...{ words: 'box:0', label: 'apple', reading: { kind: 'element', output: 'y', index: [0] } },
  ...more,
});
const option = (at: number, label: string, x: number): AnswerOption => ({
  target: `box:${at}`,
  ...{ label, score: 1, box: box(x) },
});
const said = (...options: readonly AnswerOption[]): Answer => ({ options, decision: '', probability: undefined });
/** Names what it is asked for, and knows no pear. */
const subject = {
  targets: (words: string) => (words.includes('pear') ? undefined : [target({ words })]),
} as unknown as Subject;

function found(explained: Target, answer: Answer, areFedAlike = true): string | undefined {
  const { target: asked, isFound } = counterpartOf(explained, areFedAlike);
  const own = asked.kind === 'found' ? asked.find(subject, answer) : undefined;
  expect(isFound()).toBe(own !== undefined);
  return own?.words;
}

describe('counterpartOf', () => {
  const apple = target({ box: box(0) });

  it('finds the box of the same label that overlaps most', () => {
    expect(found(apple, said(option(0, 'lemon', 0), option(1, 'apple', 3), option(2, 'apple', 1)))).toBe('box:2');
  });

  it('finds none where the box of the label lies elsewhere, but the best of it where the two see other crops', () => {
    // Of 10 by 10 at 6 across: 40 of 160 in common.
    const elsewhere = said(option(0, 'apple', 6));
    expect(found(apple, elsewhere)).toBeUndefined();
    expect(found(apple, elsewhere, false)).toBe('box:0');
    expect(found(apple, said(option(0, 'lemon', 0)), false)).toBeUndefined();
  });

  it('finds a caption, an answer or a region by its name', () => {
    expect(found(target({ words: 'region:apple' }), said())).toBe('region:apple');
    expect(found(target({ words: 'region:pear' }), said())).toBeUndefined();
  });
});
