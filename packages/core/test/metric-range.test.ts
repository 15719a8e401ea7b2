import { describe, expect, it } from '@jest/globals';
import { rangeEnds, rangeText, readingText } from '@understory/core';

describe('the range of a metric', () => {
  it.each([
    [[0, 1], '0 to 1'],
    [[-1, 1], '-1 to 1'],
    [[0, Infinity], '0 or more'],
    [[-Infinity, 0], '0 or less'],
    [[-Infinity, Infinity], 'any number'],
  ] as const)('%j is told in words, as recorded too', (range, words) => {
    const ends = rangeEnds(range);
    expect(rangeText({ range: ends })).toBe(words);
    expect(rangeText({ range: JSON.parse(JSON.stringify(range)) as typeof ends })).toBe(words);
  });

  it('comes with the direction', () => {
    expect(readingText({ better: 'lower', range: [0, Infinity] })).toBe('lower is better, 0 or more');
    expect(readingText({ better: 'higher', range: [0, 1], values: 'binary' })).toBe('higher is better, 0 or 1');
    expect(readingText({ better: 'neither', range: [-1, 1] })).toBe('-1 to 1');
  });
});
