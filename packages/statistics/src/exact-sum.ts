/**
 * The sum of numbers as if it were rounded once, at the end, and therefore the same in any order (Shewchuk 1997).
 * The numbers are finite and so is every partial sum.
 */
export function exactSum(values: Iterable<number>): number {
  // Parts that do not overlap, ascending in size, whose sum is exact.
  const parts: number[] = [];
  for (const value of values) {
    let rest = value;
    let kept = 0;
    for (const part of parts) {
      const [large, small] = size(rest) < size(part) ? [part, rest] : [rest, part];
      const sum = large + small;
      const error = small - (sum - large);
      if (error !== 0) parts[kept++] = error;
      rest = sum;
    }
    parts.length = kept;
    parts.push(rest);
  }
  return roundedOnce(parts);
}

/** Adds from the largest part down and, where the rest is exactly half a unit, rounds to the side on which the smaller parts lie. */
function roundedOnce(parts: number[]): number {
  let sum = parts.pop() ?? 0;
  while (parts.length > 0) {
    const before = sum;
    const part = parts.pop()!;
    sum = before + part;
    const error = part - (sum - before);
    if (error === 0) continue;
    const next = parts.at(-1);
    const doubled = 2 * error;
    const further = sum + doubled;
    if (next !== undefined && next < 0 === error < 0 && doubled === further - sum) return further;
    return sum;
  }
  return sum;
}

/** Without the global Math, whose lookup would take most of the time inside a vm context such as Jest's. */
function size(value: number): number {
  return value < 0 ? -value : value;
}
