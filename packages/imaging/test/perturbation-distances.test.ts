import { describe, expect, it } from '@jest/globals';
import { distanceIn, perturbationDistances } from '../src/index.ts';

const size = { height: 1, width: 2 };

describe('perturbationDistances', () => {
  it('are the norms of the change, and count pixels, not values', () => {
    const original = Float32Array.of(0, 0.5, 0, 0.5, 0, 0.5);
    const changed = Float32Array.of(0.5, 0.5, 0.25, 0.5, 0, 0.5);
    const found = perturbationDistances(original, changed, size);
    expect(found).toMatchObject({ linf: 0.5, l0: 1 });
    expect(found.l2).toBeCloseTo(Math.sqrt(0.3125), 12);
    expect(found.ssim).toBeLessThan(1);
    expect(distanceIn('l1', original, changed)).toBe(0.75);
  });

  it('are nothing, and the similarity 1, for a picture and itself', () => {
    const pixels = Float32Array.of(0, 0.5, 0, 0.5, 0, 0.5);
    expect(perturbationDistances(pixels, pixels.slice(), size)).toEqual({ linf: 0, l2: 0, l0: 0, ssim: 1 });
  });
});
