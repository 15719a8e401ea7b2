import { describe, expect, it } from '@jest/globals';
import { resolveTarget } from '@understory/core';

const labels = [
  'tench, Tinca tinca',
  'crane',
  'tabby, tabby cat',
  'tiger cat',
  'crane',
  'tabby',
  'great_white_shark, cat',
];
const vocabulary = { labels, classCount: labels.length };
const withCode = (code: string, next = '') => expect.objectContaining({ code, next: expect.stringContaining(next) });

describe('resolveTarget', () => {
  it.each([
    ['top1', { kind: 'top', count: 1 }],
    [' TOP3 ', { kind: 'top', count: 3 }],
    ['0', { kind: 'class', index: 0 }],
    ['6', { kind: 'class', index: 6 }],
    ['tiger cat', { kind: 'class', index: 3 }],
    ['Tiger CAT', { kind: 'class', index: 3 }],
    ['tench, tinca tinca', { kind: 'class', index: 0 }],
    ['tinca tinca', { kind: 'class', index: 0 }],
    ['great white  shark', { kind: 'class', index: 6 }],
    ['tabby cat', { kind: 'class', index: 2 }],
    ['"tiger cat"', { kind: 'class', index: 3 }],
  ])('understands %j', (text, target) => {
    expect(resolveTarget(text, vocabulary)).toEqual(target);
  });

  it('prefers a whole label to a synonym', () => {
    expect(resolveTarget('tabby', vocabulary)).toEqual({ kind: 'class', index: 5 });
    expect(resolveTarget('tabby', { ...vocabulary, labels: labels.with(5, 'x') })).toEqual({ kind: 'class', index: 2 });
  });

  it('takes a number for an index unless it is in quotes', () => {
    const digits = { labels: ['1', '2', '3'], classCount: 3 };
    expect(resolveTarget('2', digits)).toEqual({ kind: 'class', index: 2 });
    expect(resolveTarget('"2"', digits)).toEqual({ kind: 'class', index: 1 });
  });

  it('lists the candidates of a label that names several classes', () => {
    expect(() => resolveTarget('crane', vocabulary)).toThrow(
      expect.objectContaining({ code: 'AMBIGUOUS_CLASS', found: '1: crane; 4: crane' }),
    );
  });

  it.each([
    ['7', 'CLASS_OUT_OF_RANGE', '"6"'],
    ['-1', 'CLASS_OUT_OF_RANGE', '"0"'],
    ['top0', 'TOP_OUT_OF_RANGE', '7 classes'],
    ['top8', 'TOP_OUT_OF_RANGE', '7 classes'],
    ['tiger kat', 'UNKNOWN_CLASS', 'Did you mean "tiger cat"'],
    ['1.5', 'UNKNOWN_CLASS', 'index'],
    ['', 'UNKNOWN_CLASS', 'index'],
  ])('refuses %j', (text, code, next) => {
    expect(() => resolveTarget(text, vocabulary)).toThrow(withCode(code, next));
  });

  it('does without labels and without a number of classes', () => {
    const nothing = { labels: undefined, classCount: undefined };
    expect(resolveTarget('5000', nothing)).toEqual({ kind: 'class', index: 5000 });
    expect(resolveTarget('top9', nothing)).toEqual({ kind: 'top', count: 9 });
    expect(() => resolveTarget('top0', nothing)).toThrow(withCode('TOP_OUT_OF_RANGE'));
    expect(() => resolveTarget('-1', nothing)).toThrow(withCode('CLASS_OUT_OF_RANGE'));
    expect(() => resolveTarget('cat', nothing)).toThrow(withCode('UNKNOWN_CLASS'));
  });
});
