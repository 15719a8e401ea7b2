import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { jsonErrorOffset } from '../src/json-error-offset.ts';

describe('jsonErrorOffset', () => {
  it.each([
    ['{"a": x}', 6],
    ['{"a": 1,}', 8],
    ['{"a" 1}', 5],
    ['{a: 1}', 1],
    ['[1 2]', 3],
    ['[1, 2', 5],
    ['{"a": "b', 8],
    ['{"a": "\n"}', 7],
    ['{"a": "\t"}', 6],
    ['{"a": "\\x"}', 6],
    ['{"a": 1.}', 8],
    ['{"a": 1 /* one */}', 8],
    ['[01]', 2],
    ['[tru]', 1],
    ['{} {}', 3],
    ['', 0],
    ['  ', 2],
  ])('of %j is %d', (text, offset) => {
    expect(jsonErrorOffset(text)).toBe(offset);
  });

  it('finds no fault with JSON', () => {
    fc.assert(
      fc.property(fc.json(), fc.constantFrom(undefined, 2, '\t'), (text, indent) => {
        expect(jsonErrorOffset(JSON.stringify(JSON.parse(text), undefined, indent))).toBeUndefined();
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  it('finds fault with what JSON.parse refuses, and with nothing else', () => {
    fc.assert(
      fc.property(
        fc.json(),
        fc.nat(),
        fc.constantFrom('"', '{', ',', ']', ':', '\\', '-', 'e', ' ', '0'),
        (text, place, letter) => {
          const at = place % (text.length + 1);
          const broken = text.slice(0, at) + letter + text.slice(at + 1);
          const isJson = () => {
            try {
              JSON.parse(broken);
              return true;
            } catch {
              return false;
            }
          };
          expect(jsonErrorOffset(broken) === undefined).toBe(isJson());
        },
      ),
      { seed: 2, numRuns: 500 },
    );
  });
});
