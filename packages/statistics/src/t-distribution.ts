import { invert } from './invert.ts';

/** The number that Student's t of `freedom` degrees is below with chance `share` in (0, 1), to about 1e-12. */
export function tQuantile(share: number, freedom: number): number {
  if (share === 0.5) return 0;
  if (share > 0.5) return -tQuantile(1 - share, freedom);
  let low = -1;
  while (tCdf(low, freedom) > share) low *= 2;
  return invert(share, { cdf: (x) => tCdf(x, freedom), density: (x) => tDensity(x, freedom), low, high: 0 });
}

/** The chance that Student's t of `freedom` degrees is at most `x` <= 0. */
function tCdf(x: number, freedom: number): number {
  const square = x * x;
  const share = square / (freedom + square);
  // The fraction converges on this side of the mean of the beta distribution; the other side is its complement.
  return share < 1.5 / (freedom / 2 + 2.5)
    ? (1 - incompleteBeta(share, 1 - share, 0.5, freedom / 2)) / 2
    : incompleteBeta(freedom / (freedom + square), share, freedom / 2, 0.5) / 2;
}

function tDensity(x: number, freedom: number): number {
  const scale = logGamma((freedom + 1) / 2) - logGamma(freedom / 2) - Math.log(freedom * Math.PI) / 2;
  return Math.exp(scale - ((freedom + 1) / 2) * Math.log1p((x * x) / freedom));
}

/** The regularised incomplete beta function at `x` = 1 - `rest`, as a continued fraction from its far end (DLMF 8.17.22). */
function incompleteBeta(x: number, rest: number, a: number, b: number): number {
  const scale = logGamma(a + b) - logGamma(a) - logGamma(b) - Math.log(a);
  let fraction = 1;
  for (let m = 60 + Math.ceil(2 * Math.sqrt(a + b)); m >= 0; m -= 1) {
    const even = ((m + 1) * (b - m - 1) * x) / ((a + 2 * m + 1) * (a + 2 * m + 2));
    const odd = ((a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    fraction = 1 - odd / (1 + even / fraction);
  }
  return Math.exp(scale + a * Math.log(x) + b * Math.log(rest)) / fraction;
}

/** The logarithm of the gamma function for x > 0: Stirling's series, reached by the recurrence (DLMF 5.11.1). */
function logGamma(x: number): number {
  let shifted = x;
  let product = 1;
  for (; shifted < 15; shifted += 1) product *= shifted;
  const inverse = 1 / (shifted * shifted);
  const series =
    (1 / 12 - inverse * (1 / 360 - inverse * (1 / 1260 - inverse * (1 / 1680 - inverse * (1 / 1188))))) / shifted;
  return (shifted - 0.5) * Math.log(shifted) - shifted + Math.log(2 * Math.PI) / 2 + series - Math.log(product);
}
