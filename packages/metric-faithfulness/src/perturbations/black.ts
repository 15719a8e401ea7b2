import { smallestOf } from '@understory/core';
import type { Perturbation } from './perturbation.ts';

/** Every pixel is replaced by the smallest value of its picture, in all channels: what Quantus calls black. */
export const black: Perturbation = (pixels) => ({
  kind: 'picture',
  pixels: new Float32Array(pixels.length).fill(smallestOf(pixels)),
});
