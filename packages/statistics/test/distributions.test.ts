import { describe, expect, it } from '@jest/globals';
import { normalCdf, normalQuantile } from '../src/normal-distribution.ts';
import { tQuantile } from '../src/t-distribution.ts';

const agrees = (found: number, expected: number, tolerance: number) =>
  expect(Math.abs(found - expected) / (Math.abs(expected) || 1)).toBeLessThan(tolerance);

describe('distributions agree with SciPy 1.17.1', () => {
  // scipy.stats.norm.cdf(x)
  it.each([
    [-8, 6.22096057427174e-16],
    [-3, 0.0013498980316300933],
    [-1.96, 0.024997895148220435],
    [0, 0.5],
    [2, 0.9772498680518208],
  ])('normal, chance up to %d', (x, chance) => agrees(normalCdf(x), chance, 1e-13));

  // scipy.stats.norm.ppf(share)
  it.each([
    [0.025, -1.9599639845400545],
    [0.4, -0.2533471031357997],
    [0.5, 0],
    [0.999, 3.090232306167813],
  ])('normal, quantile of %d', (share, x) => agrees(normalQuantile(share), x, 1e-13));

  it('normal, far in the tail, to the precision that a bootstrap of a million draws needs', () => {
    agrees(normalQuantile(1e-7), -5.199337582192817, 1e-9);
    agrees(normalQuantile(1e-10), -6.361340902404056, 1e-8);
  });

  it('normal, at the ends', () => expect([normalQuantile(0), normalQuantile(1)]).toEqual([-Infinity, Infinity]));

  // scipy.stats.t.ppf(share, freedom)
  it.each([
    [0.975, 1, 12.706204736174694],
    [0.975, 2, 4.302652729749462],
    [0.975, 9, 2.262157162798205],
    [0.975, 29, 2.045229642132703],
    [0.975, 999, 1.9623414611334493],
    [0.6, 99999, 0.2533477771639205],
  ])("Student's t, quantile of %d at %i degrees of freedom", (share, freedom, x) => {
    agrees(tQuantile(share, freedom), x, 1e-9);
    agrees(tQuantile(1 - share, freedom), -x, 1e-9);
  });
});
