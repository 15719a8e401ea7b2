/**
 * p-values corrected so that the chance of even one false finding among them all stays at the level tested (Holm 1979).
 * In the order given; an undefined one is no test, stays undefined and does not count. Throws a RangeError outside 0..1.
 */
export function holm(pValues: readonly (number | undefined)[]): (number | undefined)[] {
  const outside = pValues.find((pValue) => pValue !== undefined && !(pValue >= 0 && pValue <= 1));
  if (outside !== undefined) throw new RangeError(`${outside} is not in 0..1`);
  const tests = pValues.flatMap((pValue, place) => (pValue === undefined ? [] : [{ pValue, place }]));
  tests.sort((one, other) => one.pValue - other.pValue);
  const corrected: (number | undefined)[] = pValues.map(() => undefined);
  let highest = 0;
  for (const [rank, { pValue, place }] of tests.entries()) {
    highest = Math.max(highest, Math.min(1, pValue * (tests.length - rank)));
    corrected[place] = highest;
  }
  return corrected;
}
