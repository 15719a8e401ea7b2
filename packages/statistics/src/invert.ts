/**
 * The argument in (low, high) at which a distribution function takes a value, by Newton's steps inside a shrinking bracket.
 * The steps are on the logarithm, which is concave for the distributions here and keeps far tails from stalling.
 */
export function invert(
  value: number,
  { cdf, density, low, high }: Record<'cdf' | 'density', (x: number) => number> & Record<'low' | 'high', number>,
): number {
  let [left, right] = [low, high];
  let x = (left + right) / 2;
  for (let step = 0; step < 200; step += 1) {
    const reached = cdf(x);
    if (reached === value) return x;
    if (reached > value) right = x;
    else left = x;
    const newton = x - (Math.log(reached / value) * reached) / density(x);
    const next = newton > left && newton < right ? newton : (left + right) / 2;
    if (Math.abs(next - x) <= 1e-15 * Math.abs(next)) return next;
    x = next;
  }
  return x;
}
