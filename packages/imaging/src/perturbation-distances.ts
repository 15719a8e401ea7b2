import type { AttackBudget } from '@understory/core';
import type { Size } from './rgb-image.ts';
import { structuralSimilarity } from './structural-similarity.ts';

/** How far a changed picture is from the original; pixels are in 0..1. */
export interface PerturbationDistances {
  /** The largest change of a value. */
  readonly linf: number;
  readonly l2: number;
  /** Pixels that changed in any channel. */
  readonly l0: number;
  /** Structural similarity, the mean over the channels. */
  readonly ssim: number;
}

/** The distances between two pictures `[channels, height, width]` in 0..1. */
export function perturbationDistances(
  original: Float32Array,
  changed: Float32Array,
  { height, width }: Size,
): PerturbationDistances {
  const size = height * width;
  const channels = Array.from({ length: original.length / size }, (_, channel) => channel);
  let l0 = 0;
  for (let place = 0; place < size; place += 1) {
    if (channels.some((channel) => original[channel * size + place] !== changed[channel * size + place])) l0 += 1;
  }
  const ofChannel = (channel: number) => {
    const [start, end] = [channel * size, (channel + 1) * size];
    return structuralSimilarity(original.subarray(start, end), changed.subarray(start, end), height, width);
  };
  return {
    linf: distanceIn('linf', original, changed),
    l2: distanceIn('l2', original, changed),
    l0,
    ssim: l0 === 0 ? 1 : channels.reduce((sum, channel) => sum + ofChannel(channel), 0) / channels.length,
  };
}

/** The distance between two lists of numbers in a norm. */
export function distanceIn(norm: AttackBudget['norm'], original: Float32Array, changed: Float32Array): number {
  let [largest, absolute, squares] = [0, 0, 0];
  for (let place = 0; place < original.length; place += 1) {
    const change = Math.abs(changed[place]! - original[place]!);
    if (change > largest) largest = change;
    absolute += change;
    squares += change * change;
  }
  return { linf: largest, l1: absolute, l2: Math.sqrt(squares) }[norm];
}
