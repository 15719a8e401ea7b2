/**
 * The two-sided exact test of McNemar: do two yes-or-no answers to the same items differ in their shares of yes?
 * Takes the items on which only the first, and only the second, says yes; 1 where there are none.
 * Throws a RangeError for what is no count.
 */
export function mcNemarExact(onlyFirst: number, onlySecond: number): { readonly pValue: number } {
  for (const count of [onlyFirst, onlySecond]) {
    if (!Number.isSafeInteger(count) || count < 0) throw new RangeError(`${count} is no count of items`);
  }
  const n = onlyFirst + onlySecond;
  const fewer = Math.min(onlyFirst, onlySecond);
  if (2 * fewer >= n - 1) return { pValue: 1 };
  // The binomial tail from its largest term down, relative to that term, so that nothing under- or overflows on the way.
  let ratio = 1;
  let tail = 0;
  for (let successes = fewer; successes >= 0 && ratio > 1e-18 * tail; successes -= 1) {
    tail += ratio;
    ratio *= successes / (n - successes + 1);
  }
  let logTerm = -n * Math.LN2;
  for (let successes = 1; successes <= fewer; successes += 1) logTerm += Math.log((n - successes + 1) / successes);
  return { pValue: Math.min(1, 2 * tail * Math.exp(logTerm)) };
}
