/** Which class each pixel of a map has. */
export interface LabelMap {
  readonly height: number;
  readonly width: number;
  /** Row by row. */
  readonly classes: Uint16Array;
}

/** The share of the pixels that each class has, in 0..1. */
export function sharesOf({ classes }: LabelMap, count: number): Float64Array {
  const shares = new Float64Array(count);
  for (const each of classes) shares[each]! += 1 / classes.length;
  return shares;
}

/** Classes with a smaller share of the pixels than this are not part of the decision. */
export const smallestShare = 0.01;
/** Two maps are the same decision from this mean of intersections over unions on. */
const leastOverlap = 0.5;

/** Whether the classes that have a hundredth of either map lie in the same places: the mean of their intersections over unions is at least a half. */
export function areSameMaps(one: LabelMap, other: LabelMap, count: number): boolean {
  if (one.height !== other.height || one.width !== other.width) return false;
  const shared = new Float64Array(count);
  for (const [at, each] of one.classes.entries())
    if (other.classes[at] === each) shared[each]! += 1 / one.classes.length;
  const [shares, others] = [sharesOf(one, count), sharesOf(other, count)];
  const overlaps = [...shares].flatMap((share, index) => {
    const same = others[index]!;
    return Math.max(share, same) < smallestShare ? [] : [shared[index]! / (share + same - shared[index]!)];
  });
  return overlaps.length === 0 || overlaps.reduce((sum, each) => sum + each, 0) / overlaps.length >= leastOverlap;
}
