import { append } from '../long-lists.ts';
import { isSame, numberOf, type Size } from './sizes.ts';

/** What an axis of an activation stands for. */
export type Role = 'batch' | 'channel' | 'height' | 'width';

/**
 * A run of indices that activations hand on to one another, such as the rows of a feature map. Reshapes split it into `parts` and join
 * those again, element-wise operators make two of them the `same`; evidence for a `role`, found anywhere, holds wherever it went.
 */
export interface Atom {
  size: Size | undefined;
  role?: Role;
  /** The atom that stands for this one since they met in an element-wise operator. */
  same?: Atom;
  /** What it was split into, outermost first. */
  parts?: Axis;
  /** What it is a part of. */
  whole?: Atom;
  /** Pieces of other axes that it is made of, where it is one behind a slice, pad or concatenation. */
  segments?: readonly Segment[];
  /** Whether attention read it as tokens. */
  attended?: boolean;
  /** Whether a dense product computed each of its elements from places of an image. */
  mixed?: boolean;
  /** The axes that its operator read, where that is how positions of an image were lost from sight. */
  lostFrom?: readonly Axis[];
}

/** The atoms of one dimension, outermost first; none where its size is one. */
export type Axis = readonly Atom[];

interface Segment {
  /** Undefined where nothing is known of it: padding, or weights. */
  readonly of: Axis | undefined;
  readonly start: number | undefined;
  readonly length: number | undefined;
  /** Whether these are all elements of `of` in their order. */
  readonly isFull: boolean;
}

/** More pieces than this are followed no further. */
const mostSegments = 32;

/** An axis is asked what it comes from through so many slices and splits. */
const mostSteps = 256;

export function atom(size: Size | undefined, role?: Role): Atom {
  return { size, ...(role && { role }) };
}

function find(of: Atom): Atom {
  let root = of;
  while (root.same) root = root.same;
  // Shorter ways for the next who asks.
  for (let at = of; at.same && at.same !== root;) [at.same, at] = [root, at.same];
  return root;
}

/** The atoms of an axis that are split no further. */
export function leavesOf(axis: Axis): Axis {
  const found: Atom[] = [];
  const waiting = axis.toReversed();
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { parts } = find(next);
    if (parts) append(waiting, parts.toReversed());
    else found.push(find(next));
  }
  return found;
}

/** The atoms of an axis, parts that stand together as what they are parts of. */
export function foldedOf(axis: Axis): Axis {
  const found: Atom[] = [];
  for (const leaf of leavesOf(axis)) {
    found.push(leaf);
    for (let whole = wholeAtEnd(found); whole; whole = wholeAtEnd(found)) {
      found.length -= whole.parts!.length;
      found.push(whole);
    }
  }
  return found;
}

function wholeAtEnd(atoms: Axis): Atom | undefined {
  const last = atoms.at(-1);
  const whole = last?.whole && find(last.whole);
  const parts = whole?.parts;
  if (parts === undefined || parts.length > atoms.length) return undefined;
  const start = atoms.length - parts.length;
  return parts.every((part, at) => find(part) === atoms[start + at]) ? whole : undefined;
}

/** What an atom is a piece of, and whether it counts steps of that in their order: the outermost part, a crop or padding of it. */
export interface Place {
  readonly role: Role | undefined;
  readonly isOutermost: boolean;
  readonly isPart: boolean;
}

export function placeOf(of: Atom): Place {
  let at: Atom | undefined = find(of);
  let isOutermost = true;
  let isPart = false;
  for (let steps = 0; at && steps < mostSteps; steps += 1) {
    if (at.role) return { role: at.role, isOutermost, isPart };
    const sources: readonly Segment[] = at.segments?.filter((segment) => segment.of !== undefined) ?? [];
    if (sources.length === 1) {
      const folded: Axis = foldedOf(sources[0]!.of!);
      at = folded.length === 1 ? folded[0] : undefined;
      continue;
    }
    const whole: Atom | undefined = at.segments === undefined && at.whole ? find(at.whole) : undefined;
    if (whole) {
      isPart = true;
      if (find(whole.parts![0]!) !== at) isOutermost = false;
    }
    at = whole;
  }
  return { role: undefined, isOutermost, isPart };
}

export function roleOf(of: Atom): Role | undefined {
  return placeOf(of).role;
}

/** Whether evidence for a role contradicts nothing that is known; an axis of one element may be anything. */
export function canBe(axis: Axis, role: Role): boolean {
  const folded = foldedOf(axis);
  if (role === 'channel') return folded.every((each) => mayBeChannel(each));
  if (folded.length > 1) return false;
  return folded.every((each) => {
    const known = placeOf(each);
    return (known.role === undefined && !isTokens(each)) || (known.role === role && known.isOutermost);
  });
}

function mayBeChannel(of: Atom): boolean {
  const { role, isOutermost, isPart } = placeOf(of);
  if (of.mixed || isTokens(of)) return false;
  // What is inside a patch goes into the channels.
  return role === undefined || role === 'channel' || (role !== 'batch' && isPart && !isOutermost);
}

function isTokens({ segments = [] }: Atom): boolean {
  return segments.some(({ of }) => of !== undefined && foldedOf(of).length > 1);
}

/** Notes evidence for a role on what has none yet. */
export function assertRole(axis: Axis, role: Role): void {
  const waiting = [...foldedOf(axis)];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    if (placeOf(next).role !== undefined) continue;
    next.role = role;
    const sources = next.segments?.filter(({ of }) => of !== undefined) ?? [];
    // What is padded or cropped is what the padded is.
    if (sources.length === 1) append(waiting, foldedOf(sources[0]!.of!).slice(0, 1));
  }
}

/** Takes two axes for one, since they met element by element. */
export function unify(left: Axis, right: Axis): void {
  const [whole, others] = [foldedOf(left), foldedOf(right)];
  if (whole.length === others.length) {
    whole.forEach((each, at) => join(each, others[at]!));
    return;
  }
  const [one, other] = [leavesOf(left), leavesOf(right)];
  if (one.length === other.length) {
    one.forEach((each, at) => join(each, other[at]!));
    return;
  }
  const [alone, several] = one.length === 1 ? [one[0]!, other] : [other[0], one];
  if (alone === undefined || Math.min(one.length, other.length) !== 1 || several.length === 0) return;
  if (roleOf(alone) !== undefined || alone.segments || alone.whole || several.includes(alone)) return;
  alone.parts = several;
}

function join(left: Atom, right: Atom): void {
  const [one, other] = [find(left), find(right)];
  if (one === other || (one.size && other.size && !isSame(one.size, other.size))) return;
  const [role, otherRole] = [roleOf(one), roleOf(other)];
  if (role !== undefined && otherRole !== undefined && role !== otherRole) return;
  if (one.whole && other.whole && find(one.whole) !== find(other.whole)) return;
  const [into, gone] = one.parts || !other.parts ? [one, other] : [other, one];
  const [parts, goneParts] = [leavesOf([into]), leavesOf([gone])];
  // A part does not stand for its whole, or it would be a part of itself.
  if (parts.includes(gone)) return;
  if (gone.parts) {
    // Taken apart in another way: they have no more in common than what they stand for.
    const isAlike =
      parts.length === goneParts.length && parts.every(({ size }, at) => isSame(size, goneParts[at]!.size));
    const isApart = parts.every((part) => !goneParts.includes(part));
    if (!isAlike || !isApart) {
      const known = role ?? otherRole;
      if (known !== undefined) for (const each of [into, gone]) if (roleOf(each) === undefined) each.role = known;
      return;
    }
  }
  takeOver(into, gone);
  if (gone.parts) parts.forEach((part, at) => takeOver(part, goneParts[at]!));
}

/** Makes one atom stand for another. */
function takeOver(into: Atom, gone: Atom): void {
  if (into === gone) return;
  const known = roleOf(gone);
  if (gone.role && roleOf(into) === undefined) into.role = gone.role;
  into.size ??= gone.size;
  if (gone.segments && !isPieceOf(gone, into) && !into.role && !into.whole) into.segments ??= gone.segments;
  if (gone.whole && gone.whole !== into) into.whole ??= gone.whole;
  if (gone.attended) into.attended = true;
  if (gone.lostFrom) into.lostFrom ??= gone.lostFrom;
  if (!gone.mixed) delete into.mixed;
  if (known !== undefined && roleOf(into) === undefined) into.role = known;
  gone.same = into;
}

function isPieceOf({ segments = [] }: Atom, whole: Atom): boolean {
  return segments.some(({ of = [] }) => leavesOf(of).includes(whole));
}

/** Two parts of an atom that is not split yet. */
export function split(of: Atom, outer: Size | undefined, inner: Size | undefined): readonly [Atom, Atom] {
  const parts = [
    { size: outer, whole: of },
    { size: inner, whole: of },
  ] as const;
  of.parts = parts;
  return parts;
}

function segmentsOf(axis: Axis, length: number | undefined): readonly Segment[] {
  const [only, ...others] = foldedOf(axis);
  if (only?.segments && others.length === 0) return only.segments;
  return [{ of: only && axis, start: 0, length, isFull: only !== undefined }];
}

/** An axis made of several, one behind the other; undefined stands for what nothing is known of. */
export function concatenated(
  axes: readonly { readonly axis: Axis | undefined; readonly length: number | undefined }[],
  size: Size | undefined,
): Axis {
  const segments = axes.flatMap(({ axis, length }) => (length === 0 ? [] : segmentsOf(axis ?? [], length)));
  const isChannel = axes.every(({ axis }) => axis?.every((each) => roleOf(each) === 'channel'));
  return made(merged(segments), size, isChannel && axes.some(({ axis }) => axis!.length > 0) ? 'channel' : undefined);
}

/** The elements of an axis from `start` on, `length` of them. */
export function sliced(
  axis: Axis,
  start: number | undefined,
  length: number | undefined,
  of: number | undefined,
): Axis {
  const size = length === undefined ? undefined : { factor: length, symbols: [] };
  if (start === undefined || length === undefined) {
    return made([{ of: axis, start: undefined, length, isFull: false }], size);
  }
  const found: Segment[] = [];
  let at = 0;
  for (const segment of segmentsOf(axis, of)) {
    if (segment.length === undefined) return made([{ of: axis, start: undefined, length, isFull: false }], size);
    const [from, to] = [Math.max(start, at), Math.min(start + length, at + segment.length)];
    if (from < to) {
      const isFull = segment.isFull && to - from === segment.length;
      const begin = segment.start === undefined ? undefined : segment.start + from - at;
      found.push({ of: segment.of, start: begin, length: to - from, isFull });
    }
    at += segment.length;
  }
  return made(found, size);
}

/** Pieces of the same axis that follow on one another, put together. */
function merged(segments: readonly Segment[]): readonly Segment[] {
  const found: Segment[] = [];
  for (const segment of segments) {
    const last = found.at(-1);
    if (last?.of && segment.of && isSameAxis(last.of, segment.of) && last.length !== undefined) {
      if (last.start !== undefined && last.start + last.length === segment.start && segment.length !== undefined) {
        const length = last.length + segment.length;
        const isFull = last.start === 0 && length === lengthOf(last.of);
        found[found.length - 1] = { of: last.of, start: last.start, length, isFull };
        continue;
      }
    }
    found.push(segment);
  }
  return found;
}

function isSameAxis(left: Axis, right: Axis): boolean {
  const [one, other] = [leavesOf(left), leavesOf(right)];
  return one.length === other.length && one.every((each, at) => each === other[at]);
}

/** How many elements an axis has, where all of its sizes are known ahead. */
export function lengthOf(axis: Axis): number | undefined {
  return leavesOf(axis).reduce<number | undefined>((total, { size }) => {
    const own = numberOf(size);
    return total === undefined || own === undefined ? undefined : total * own;
  }, 1);
}

function made(segments: readonly Segment[], size: Size | undefined, role?: Role): Axis {
  const [only, ...others] = segments;
  if (only?.isFull && only.of && others.length === 0) return only.of;
  const whole = atom(size, role);
  if (segments.length <= mostSegments && segments.some(({ of }) => of !== undefined)) whole.segments = segments;
  return [whole];
}
