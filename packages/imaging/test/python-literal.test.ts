import { describe, expect, it } from '@jest/globals';
import { parsePythonLiteral } from '../src/python-literal.ts';

describe('parsePythonLiteral', () => {
  it.each<[text: string, value: unknown]>([
    ['32', 32],
    [' -1.5e2 ', -150],
    ['[640, 480]', [640, 480]],
    ['(640,)', [640]],
    ['[]', []],
    ["'it\\'s'", "it's"],
    [`"a'b"`, "a'b"],
    [`'caf\\xe9 \\u2014 \\U0001f436 \\n\\\\'`, 'café — 🐶 \n\\'],
    ["'ein,:{}[]'", 'ein,:{}[]'],
    ['None', null],
    [
      "{0: 'person', 1: True, 'x': [1, (2, {})],}",
      new Map<unknown, unknown>([
        [0, 'person'],
        [1, true],
        ['x', [1, [2, new Map()]]],
      ]),
    ],
  ])('reads %s', (text, value) => {
    expect(parsePythonLiteral(text)).toEqual(value);
  });

  it.each([
    '',
    '1 2',
    '[1',
    '[,]',
    '{1}',
    "{0: 'a' 1: 'b'}",
    "'a",
    'person',
    '__import__("os")',
    '[1]]',
    ']',
    '1..2',
    '['.repeat(50),
  ])('does not read %s', (text) => {
    expect(parsePythonLiteral(text)).toBeUndefined();
  });
});
