import { seededRandom } from '@understory/core';
import type { ImageInput } from '@understory/core';
import type { Perturbation, Replacement } from './perturbations/perturbation.ts';
import { frameOf } from './samples.ts';

/** What stands in for the pixels of one picture, with the draws of a seed. */
export type Replacements = (pixels: Float32Array, input: ImageInput, seed: number) => Replacement;

/** A perturbation that works once a picture and seed, whichever explainers are measured on it. */
export function replacementsBy(perturbation: Perturbation): Replacements {
  const known = new WeakMap<Float32Array, { readonly seed: number; readonly replacement: Replacement }>();
  return (pixels, input, seed) => {
    const found = known.get(pixels);
    if (found?.seed === seed) return found.replacement;
    const replacement = perturbation(pixels, input, seededRandom(seed).fork(frameOf(pixels, input).key));
    known.set(pixels, { seed, replacement });
    return replacement;
  };
}
