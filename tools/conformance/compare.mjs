/** The cosine of two lists of numbers, and their largest difference relative to the largest number expected. */
export function compare(actual, expected) {
  if (actual.length !== expected.length) return { cosine: NaN, error: Infinity };
  let dot = 0;
  let ours = 0;
  let theirs = 0;
  let largest = 0;
  let difference = 0;
  for (let at = 0; at < expected.length; at += 1) {
    const a = actual[at];
    const b = expected[at];
    // Math.max would pass over NaN where it comes first.
    if (Number.isNaN(a)) return { cosine: NaN, error: NaN };
    dot += a * b;
    ours += a * a;
    theirs += b * b;
    largest = Math.max(largest, Math.abs(b));
    difference = Math.max(difference, Math.abs(a - b));
  }
  const bothZero = ours === 0 && theirs === 0;
  return { cosine: bothZero ? 1 : dot / Math.sqrt(ours * theirs), error: bothZero ? 0 : difference / largest };
}
