import { describe, expect, it } from '@jest/globals';
import { float32, imageInputOf } from '@understory/core';
import type { Replacement } from '../src/perturbations/perturbation.ts';
import { pictureWithout } from '../src/walk.ts';
import { tinyModel } from './support/networks.ts';

const feeds = { pixels: float32(Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12), [1, 2, 1, 6]) };
const input = imageInputOf(tinyModel({ channels: 2, height: 1, width: 6, classes: 2 }), feeds);
const original = feeds.pixels.data as Float32Array;

describe('pictureWithout', () => {
  it('has the replacement at the places in all channels, and the rest as it was', () => {
    const replacement: Replacement = { kind: 'picture', pixels: original.map((value) => -value) };
    const found = pictureWithout({ original, input, replacement }, Uint32Array.of(5, 1));
    expect([...found]).toEqual([1, -2, 3, 4, 5, -6, 7, -8, 9, 10, 11, -12]);
    expect([...original]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  });

  it('is what a replacement makes of the surroundings of exactly those places', () => {
    const seen: (readonly number[])[] = [];
    const replacement: Replacement = {
      kind: 'surroundings',
      fill(replaced, into) {
        seen.push([...replaced]);
        into.fill(7);
      },
    };
    const found = pictureWithout({ original, input, replacement }, Uint32Array.of(5, 1));
    expect(seen).toEqual([[0, 1, 0, 0, 0, 1]]);
    expect([...found]).toEqual(Array<number>(12).fill(7));
    expect(original[0]).toBe(1);
  });
});
