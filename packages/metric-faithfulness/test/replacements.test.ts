import { describe, expect, it } from '@jest/globals';
import type { Perturbation } from '../src/perturbations/perturbation.ts';
import { replacementsBy } from '../src/replacements.ts';
import { samplesOf } from '../src/samples.ts';
import { tinyRequest } from './support/networks.ts';

describe('replacementsBy', () => {
  it('perturbs a picture once, whichever explainers are measured on it, and again for another seed', () => {
    let made = 0;
    const perturbation: Perturbation = (pixels, _, random) => {
      made += 1;
      return { kind: 'picture', pixels: pixels.map(() => random.normal()) };
    };
    const replacementOf = replacementsBy(perturbation);
    const request = tinyRequest(2);
    const perturbed = (seed: number, sample: number) => {
      // As each metric and explainer does it again.
      const { input, pixelsOf } = samplesOf({ ...request, maps: request.maps.toReversed() });
      return replacementOf(pixelsOf(sample), input, seed);
    };
    const first = perturbed(5, 0);
    expect(perturbed(5, 0)).toBe(first);
    expect(made).toBe(1);
    expect(perturbed(5, 1)).not.toEqual(first);
    expect(perturbed(6, 0)).not.toEqual(first);
    expect(perturbed(5, 0)).toEqual(first);
  });
});
