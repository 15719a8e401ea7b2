import { describe, expect, it } from '@jest/globals';
import { hasPlace, reflected } from '../../src/probe/words.ts';

describe('left and right exchanged', () => {
  it.each([
    ['What color is the left apple?', 'What color is the right apple?'],
    ['Is it to the LEFT or to the right?', 'Is it to the RIGHT or to the left?'],
    ['Left or Right', 'Right or Left'],
    ['the leftmost cup on the right-hand side', 'the rightmost cup on the left-hand side'],
  ])('in "%s" gives "%s"', (text, other) => {
    expect(reflected(text)).toBe(other);
    expect(reflected(other)).toBe(text);
  });

  it.each(['What is at the top?', 'the copyright of a bright, cleft thing', 'leftovers', ''])(
    'is nothing in "%s"',
    (text) => {
      expect(reflected(text)).toBeUndefined();
    },
  );
});

describe('words of place', () => {
  it.each([
    'Is the cat left of the dog?',
    'What is in front of it?',
    'next to the car',
    'the upper shelf',
    'Behind it?',
    'What shape is the thing closest to the cube?',
    'Which is farthest?',
  ])('are in "%s"', (text) => {
    expect(hasPlace(text)).toBe(true);
  });

  it.each(['What color is the apple?', 'How many cups are there?', 'Is it bright?', 'overt', 'Is it closed?'])(
    'are not in "%s"',
    (text) => {
      expect(hasPlace(text)).toBe(false);
    },
  );
});
