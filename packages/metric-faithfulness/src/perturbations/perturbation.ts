import type { ImageInput, SeededRandom } from '@understory/core';

/** What is put in the place of pixels of one picture. */
export type Replacement =
  /** Every pixel has one value that replaces it, whatever becomes of the others. */
  | { readonly kind: 'picture'; readonly pixels: Float32Array }
  /** The values depend on which pixels are left: `fill` writes the whole picture with the pixels replaced that `replaced` marks by 1. */
  | { readonly kind: 'surroundings'; fill(replaced: Uint8Array, into: Float32Array): void };

/**
 * Takes what pixels show out of them, in the space in which the model is fed.
 * `pixels` are those of one sample in the layout of `input` and are not changed.
 */
export type Perturbation = (pixels: Float32Array, input: ImageInput, random: SeededRandom) => Replacement;
