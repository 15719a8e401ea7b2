import { atom, leavesOf, split, type Atom, type Axis } from './axis.ts';
import { isOne, isSame, numberOf, one, product, quotient, type Size } from './sizes.ts';

/** The axes of a tensor whose elements are given other dimensions in the same order; what does not come out even is new. */
export function regrouped(axes: readonly Axis[], sizes: readonly (Size | undefined)[]): readonly Axis[] {
  let left: readonly Atom[] = axes.flatMap(leavesOf);
  const found = sizes.map((): Axis | undefined => undefined);
  let [first, last] = [0, sizes.length - 1];
  for (; first <= last; first += 1) {
    const taken = take(left, sizes[first], false);
    if (taken === undefined) break;
    [found[first], left] = taken;
  }
  for (; last >= first; last -= 1) {
    const taken = take(left, sizes[last], true);
    if (taken === undefined) break;
    [found[last], left] = taken;
  }
  const isWhole = first === last;
  return found.map((axis, at) => axis ?? (isWhole ? left : fresh(sizes[at])));
}

function fresh(size: Size | undefined): Axis {
  return numberOf(size) === 1 ? [] : [atom(size)];
}

/** So many elements from one end, splitting the last atom where need be, and the atoms that are left. */
function take(
  atoms: readonly Atom[],
  wanted: Size | undefined,
  isFromEnd: boolean,
): readonly [Axis, readonly Atom[]] | undefined {
  if (wanted === undefined) return undefined;
  const taken: Atom[] = [];
  const left = isFromEnd ? [...atoms] : atoms.toReversed();
  let size = one;
  while (!isSame(size, wanted)) {
    const next = left.pop();
    const rest = quotient(wanted, size);
    if (next === undefined || rest === undefined) return undefined;
    if (next.size === undefined) {
      // The size that the division of an open one left behind.
      if (rest.symbols.length === 0) return undefined;
      next.size = rest;
    }
    if (quotient(rest, next.size)) {
      taken.push(next);
      size = product(size, next.size);
      continue;
    }
    const other = quotient(next.size, rest);
    const isOpen = next.size.symbols.length > 0 && rest.symbols.length === 0 && !isOne(rest) && isFromEnd;
    if (other === undefined && !isOpen) return undefined;
    const [outer, inner] = isFromEnd ? split(next, other, rest) : split(next, rest, other);
    taken.push(isFromEnd ? inner : outer);
    left.push(isFromEnd ? outer : inner);
    size = wanted;
  }
  return [isFromEnd ? taken.reverse() : taken, isFromEnd ? left : left.reverse()];
}
