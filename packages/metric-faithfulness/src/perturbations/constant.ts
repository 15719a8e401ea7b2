import type { Perturbation } from './perturbation.ts';

/** Every pixel is replaced by one value in all channels, in the space in which the model is fed: 0 is the mean colour of a normalised model. */
export function constant({ value }: { readonly value: number }): Perturbation {
  return (pixels) => ({ kind: 'picture', pixels: new Float32Array(pixels.length).fill(value) });
}
