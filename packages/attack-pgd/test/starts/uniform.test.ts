import { describe, expect, it } from '@jest/globals';
import { seededRandom } from '@understory/core';
import { budgetOf } from '../../src/attacks/parts.ts';
import { uniform } from '../../src/starts/uniform.ts';
import { lengthIn } from '../support/lengths.ts';
import { components, size } from '../support/models.ts';

const places = size.height * size.width;
const grey = new Float32Array(components).fill(0.5);
const ballOf = (norm: 'linf' | 'l2' | 'l1', epsilon: number) =>
  budgetOf({ norm, epsilon }).ball([3, size.height, size.width]);

/** The largest distance between the shares of values below each and those that a uniform draw of 0..1 has; Kolmogorov and Smirnov. */
function distanceFromUniform(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  return Math.max(...sorted.map((value, at) => Math.max((at + 1) / sorted.length - value, value - at / sorted.length)));
}

const draws = 2000;
/** Exceeded with probability 1e-4 where the distribution is right. */
const critical = 2.23 / Math.sqrt(draws);

describe.each(['linf', 'l2', 'l1'] as const)('a uniform start in the %s ball', (norm) => {
  const epsilon = 0.4;
  const mask = Float32Array.from({ length: places }, (_, place) => (place < 3 ? 1 : 0));
  const free = 9;
  const start = uniform(ballOf(norm, epsilon));
  const changes = Array.from({ length: draws }, (_, seed) =>
    start(grey, mask, seededRandom(seed)).map((value, at) => value - grey[at]!),
  );

  it('has a radius whose power of the free dimensions is uniform', () => {
    const radii = changes.map((change) => lengthIn(norm, change) / epsilon);
    expect(Math.max(...radii)).toBeLessThanOrEqual(1 + 1e-6);
    expect(distanceFromUniform(radii.map((radius) => radius ** free))).toBeLessThan(critical);
  });

  it('is as likely on either side in every free dimension, and alike in all', () => {
    const at = changes[0]!.map((_, component) => component).filter((component) => component % places < 3);
    const positive = [...at].map((component) => changes.filter((change) => change[component]! > 0).length / draws);
    for (const share of positive) expect(Math.abs(share - 0.5)).toBeLessThan(0.06);
    const sizes = [...at].map(
      (component) => changes.reduce((sum, change) => sum + Math.abs(change[component]!), 0) / draws,
    );
    expect(Math.max(...sizes) / Math.min(...sizes)).toBeLessThan(1.2);
  });

  it('moves nothing outside the mask', () => {
    const stray = changes.filter((change) => change.some((value, at) => at % places >= 3 && value !== 0));
    expect(stray).toHaveLength(0);
  });

  it('stays in 0..1 and in the ball where the picture is at its ends, and moves by the weights', () => {
    const black = new Float32Array(components);
    const half = new Float32Array(places).fill(0.5);
    for (let seed = 0; seed < 50; seed += 1) {
      const pixels = start(black, half, seededRandom(seed));
      expect(pixels.every((value) => value >= 0 && value <= 1)).toBe(true);
      expect(lengthIn(norm, pixels)).toBeLessThanOrEqual(0.5 * epsilon * (1 + 1e-6));
    }
  });
});

it('a start of no free pixel is the picture', () => {
  for (const norm of ['linf', 'l2', 'l1'] as const) {
    const pixels = uniform(ballOf(norm, 1))(grey, new Float32Array(places), seededRandom(1));
    expect(pixels).toEqual(grey);
  }
});
