import { describe, expect, it } from '@jest/globals';
import { seededRandom, type GroundedBox } from '@understory/core';
import { ownBox } from '../../src/constraint/own-box.ts';
import { randomBox } from '../../src/constraint/random-box.ts';

const box = (query: number, probability: number, ...phrases: readonly string[]): GroundedBox => ({
  ...{ query, probability, phrases, tokens: [] },
  box: { x: query, y: 0, width: 4, height: 4 },
});

describe('the box of the asked phrase', () => {
  const boxes = [box(0, 0.99, 'pear'), box(1, 0.9, 'apple'), box(2, 0.8, 'The left', 'apple'), box(3, 0.7, 'left')];

  it('is the one whose phrases have most of its words, and of those the likeliest', () => {
    expect(ownBox(boxes, 'the left apple')?.x).toBe(2);
    expect(ownBox(boxes, 'Apple')?.x).toBe(1);
    expect(ownBox([box(5, 0.7, 'a red apple'), box(6, 0.9, 'apple')], 'green apple')?.x).toBe(6);
  });

  it('is the likeliest with any phrase where nothing says what is asked about', () => {
    expect(ownBox([box(4, 0.95), ...boxes.slice(1)], undefined)?.x).toBe(1);
  });

  it('is none where no box has any of its words', () => {
    expect(ownBox(boxes, 'the banana')).toBeUndefined();
    expect(ownBox(boxes, 'the')).toBeUndefined();
    expect(ownBox([], 'apple')).toBeUndefined();
  });
});

describe('a random box', () => {
  it('has the size of the other and lies anywhere in the frame, as the seed says', () => {
    const frame = { x: 10, y: 20, width: 30, height: 40 };
    const random = seededRandom(3);
    const drawn = Array.from({ length: 400 }, (_, at) =>
      randomBox({ width: 10, height: 8 }, frame, random.fork(`${at}`)),
    );
    expect(drawn.every(({ width, height }) => width === 10 && height === 8)).toBe(true);
    expect(drawn.every(({ x, y }) => x >= 10 && x <= 30 && y >= 20 && y <= 52)).toBe(true);
    expect(drawn.reduce((sum, { x }) => sum + x, 0) / 400).toBeCloseTo(20, -0.3);
    expect(drawn[7]).toEqual(randomBox({ width: 10, height: 8 }, frame, seededRandom(3).fork('7')));
    expect(randomBox({ width: 99, height: 8 }, frame, random)).toMatchObject({ x: 10, width: 30 });
  });
});
