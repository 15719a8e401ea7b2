import type { LayerSpec } from '../contracts/model.ts';
import { foldedOf, leavesOf, lengthOf, placeOf, type Atom, type Axis } from './axis.ts';
import { numberOf } from './sizes.ts';

/** Class and register tokens that may have been added to a grid or taken from it. */
const mostPrefix = 16;

/** Notes where positions may have gone: atoms of an output that nothing tells of, behind an operator that read positions. */
export function noteLost(outputs: readonly Axis[], inputs: readonly (readonly Axis[])[], seen: WeakSet<Atom>): void {
  let from: readonly Axis[] | undefined;
  for (const atom of outputs.flatMap(leavesOf)) {
    if (seen.has(atom)) continue;
    seen.add(atom);
    if (atom.segments || atom.whole || atom.mixed || placeOf(atom).role !== undefined) continue;
    from ??= inputs.find((axes) => axes.some(hasPositions)) ?? inputs.flatMap(lostBefore)[0] ?? [];
    if (from.length > 0) atom.lostFrom = from;
  }
}

/**
 * Whether a layer `[N, T, C]` or `[N, H, W, C]` could be spatial although nothing tells: its channels are known, and each other axis
 * comes from an operator that reads positions in an order of its own and hands on as many, or, where sizes are open, attention reads it.
 */
export function couldBeSpatial(axes: readonly Axis[], { dims }: Pick<LayerSpec, 'dims'>): boolean {
  if (dims === undefined || (axes.length !== 3 && axes.length !== 4)) return false;
  const [channels, ...places] = axes.slice(1).toReversed().map(foldedOf);
  const isChannels = channels!.length > 0 && channels!.every(isWholeChannel);
  if (!isChannels || places.some((axis) => axis.length !== 1)) return false;
  const atoms = places.map(([only]) => only!);
  const [from] = atoms.flatMap((each) => (each.lostFrom ? [each.lostFrom] : []));
  if (from === undefined || atoms.some((each) => each.lostFrom === undefined || placeOf(each).role !== undefined))
    return false;
  const [before, after] = [product(from.filter(hasPositions).map(lengthOf)), product(atoms.map(sizeOfAtom))];
  if (before === undefined || after === undefined) return atoms.some(({ attended }) => attended === true);
  return Math.abs(after - before) <= mostPrefix && after > 1;
}

function isWholeChannel(each: Atom): boolean {
  const { role, isPart } = placeOf(each);
  return role === 'channel' && !isPart;
}

function sizeOfAtom({ size }: Atom): number | undefined {
  return numberOf(size);
}

function product(sizes: readonly (number | undefined)[]): number | undefined {
  return sizes.reduce((all, size) => (all === undefined || size === undefined ? undefined : all * size), 1);
}

function lostBefore(axes: readonly Axis[]): readonly (readonly Axis[])[] {
  return axes.flatMap((axis) => leavesOf(axis).flatMap(({ lostFrom }) => (lostFrom ? [lostFrom] : [])));
}

/** Whether an axis runs over height or width, or over tokens of a grid. */
function hasPositions(axis: Axis): boolean {
  return foldedOf(axis).some((each) => {
    const held = each.segments?.flatMap(({ of }) => (of ? foldedOf(of) : [])) ?? [];
    return [each, ...held].some((one) => ['height', 'width'].includes(placeOf(one).role ?? ''));
  });
}
