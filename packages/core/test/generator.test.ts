import { describe, expect, it } from '@jest/globals';
import { fnv1a64, splitMix64, xoshiro128StarStar } from '../src/generator.ts';

const times = <T>(count: number, next: () => T) => Array.from({ length: count }, next);
const bytes = (text: string) => [...text].map((letter) => letter.charCodeAt(0));

describe('fnv1a64', () => {
  it.each([
    ['', 0xcbf29ce484222325n],
    ['a', 0xaf63dc4c8601ec8cn],
    ['foobar', 0x85944171f73967e8n],
  ])('of %j is the published value', (text, hash) => {
    expect(fnv1a64(bytes(text))).toBe(hash);
  });
});

describe('splitMix64', () => {
  it('gives the published values for seed 1234567', () => {
    expect(times(5, splitMix64(1234567n))).toEqual([
      6457827717110365317n,
      3203168211198807973n,
      9817491932198370423n,
      4593380528125082431n,
      16408922859458223821n,
    ]);
  });
});

describe('xoshiro128StarStar', () => {
  it('gives what the reference implementation gives for state 1, 2, 3, 4', () => {
    expect(times(10, xoshiro128StarStar([1, 2, 3, 4]))).toEqual([
      11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597, 4258142804,
    ]);
  });
});
