import type { SeededRandom } from '@understory/core';

/** Where an attack on one sample begins: pixels `[C, H, W]` in 0..1; `weights` are the mask's `[H, W]`. */
export type Start = (origin: Float32Array, weights: Float32Array, random: SeededRandom) => Float32Array;
