import { invert } from './invert.ts';

const density = (x: number) => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);

/** The chance that a standard normal number is at most `x`, to about 1e-15; small chances keep their relative precision. */
export function normalCdf(x: number): number {
  if (x > 0) return 1 - normalCdf(-x);
  if (x < -3) return density(x) / millsDenominator(-x);
  // Marsaglia 2004, section 4: the Taylor series of the ratio of the integral to the density.
  let term = x;
  let sum = x;
  for (let power = 3; sum !== sum + term; power += 2) {
    term *= (x * x) / power;
    sum += term;
  }
  return 0.5 + sum * density(x);
}

/** The continued fraction of the density over the tail beyond `x` >= 3 (Abramowitz and Stegun 1964, 26.2.14), from its far end. */
function millsDenominator(x: number): number {
  let fraction = x;
  for (let depth = 120; depth >= 1; depth -= 1) fraction = x + depth / fraction;
  return fraction;
}

/** The number that a standard normal one is below with chance `share`; -Infinity at 0, Infinity at 1. */
export function normalQuantile(share: number): number {
  if (share === 0) return -Infinity;
  if (share > 0.5) return -normalQuantile(1 - share);
  return share === 0.5 ? 0 : invert(share, { cdf: normalCdf, density, low: -39, high: 0 });
}
