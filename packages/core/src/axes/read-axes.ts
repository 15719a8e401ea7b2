import { foldedOf, placeOf, type Atom, type Axis } from './axis.ts';
import { numberOf } from './sizes.ts';
import type { Dimension } from '../tensor/tensor-spec.ts';

/** A run of indices within one axis, and how many there are where that is known ahead. */
export interface Factor {
  readonly role: 'batch' | 'channel' | 'height' | 'width';
  readonly size: number | undefined;
}

/** One axis of a layer: what it runs over, outermost first, behind and in front of indices that stand for no spatial position. */
export interface AxisReading {
  readonly factors: readonly Factor[];
  readonly before: number;
  readonly after: number;
}

/** How a layer is read as feature maps. */
export interface LayerReading {
  /** `tokens` where height and width lie on one axis. */
  readonly kind: 'map' | 'tokens';
  readonly axes: readonly AxisReading[];
  /** Whether tokens lie on a square, with one in front or none, because nothing else is known of their grid. */
  readonly isSquare?: boolean;
}

/** Why a layer is not read: no two spatial axes, parts of attention, windows of a map, another axis first, or nothing that tells its axes. */
export type Unreadable = 'noPositions' | 'attention' | 'windows' | 'batch' | 'unknown';

export function isReading(found: LayerReading | Unreadable): found is LayerReading {
  return typeof found === 'object';
}

/** Reads a layer by what its axes stand for. */
export function readAxes(
  axes: readonly Axis[],
  dims: readonly Dimension[],
  hasBatch: boolean,
): LayerReading | Unreadable {
  if (axes.length === 0) return 'noPositions';
  const found: AxisReading[] = [];
  const folded = axes.map(foldedOf);
  const first = folded[0]?.[0];
  const isBatchFirst = first !== undefined && placeOf(first).role === 'batch';
  const batchAt = isBatchFirst ? 0 : innerBatch(folded, hasBatch, dims);
  if (batchAt === undefined) return 'batch';
  let reason: Unreadable | undefined;
  for (const [at, axis] of folded.entries()) {
    const own = at !== batchAt ? axis : isBatchFirst ? axis.slice(1) : [];
    const reading = readAxis(own);
    if (typeof reading === 'string') {
      reason ??= reading;
      continue;
    }
    const batch: readonly Factor[] = at === batchAt ? [{ role: 'batch', size: undefined }] : [];
    if (at === 0 && isBatchFirst && reading.factors.some(({ role }) => role === 'channel')) reason ??= 'batch';
    found.push({ ...reading, factors: [...batch, ...reading.factors] });
  }
  if (reason !== undefined) return reason;
  const count = (role: Factor['role']) =>
    found.flatMap(({ factors }) => factors).filter((each) => each.role === role).length;
  const [heights, widths, channels] = [count('height'), count('width'), count('channel')];
  if (heights > 1 || widths > 1) return 'attention';
  if (heights === 0 || widths === 0) {
    if (
      heights + widths === 0 &&
      folded.some((axis, at) => at > 0 && axis.some((each) => placeOf(each).role === undefined))
    )
      return 'unknown';
    return 'noPositions';
  }
  if (channels > 1) return 'attention';
  const isTogether = found.some(({ factors }) =>
    ['height', 'width'].every((role) => factors.some((each) => each.role === role)),
  );
  if (isTogether && folded.some(isPartOfChannels)) return 'attention';
  if (batchAt > 0 && !isTogether) return 'batch';
  return { kind: isTogether ? 'tokens' : 'map', axes: found };
}

/**
 * Which axis is the batch where the first does not begin with it: the first where nothing tells, or the second of tokens `[T, N, C]`, which attention of
 * PyTorch's takes so. Undefined where it is part of another axis, or stands elsewhere.
 */
function innerBatch(folded: readonly Axis[], hasBatch: boolean, dims: readonly Dimension[]): number | undefined {
  const [first = [], second = []] = folded;
  const isBatch = (axis: Axis) => axis.every((each) => placeOf(each).role === 'batch');
  const isSomewhere = folded.some((axis) => axis.some((each) => placeOf(each).role === 'batch'));
  const isSecond = folded.length === 3 && first.length > 0 && isBatch(second);
  if (isSomewhere) return isSecond && second.length > 0 ? 1 : undefined;
  if (hasBatch) return dims[0] === 1 ? 0 : undefined;
  // What could be the batch of one stands behind another axis.
  if (first.length > 0 && folded.some((axis) => axis.length === 0)) return isSecond ? 1 : undefined;
  return 0;
}

/** Heads, or channels of one head. */
function isPartOfChannels(axis: Axis): boolean {
  const places = axis.map(placeOf);
  return places.length > 0 && places.every(({ role, isPart }) => role === 'channel' && isPart);
}

function readAxis(axis: Axis): AxisReading | Unreadable {
  const none = { before: 0, after: 0 };
  const kinds = axis.map(kindOf);
  if (kinds.every((kind) => kind === 'channel')) {
    return { factors: axis.length > 0 ? [{ role: 'channel', size: sizeOf(axis) }] : [], ...none };
  }
  if (kinds.every((kind) => kind === 'height' || kind === 'width')) {
    return {
      factors: axis.map((each, at) => ({ role: kinds[at] as Factor['role'], size: numberOf(each.size) })),
      ...none,
    };
  }
  const [only, ...others] = axis;
  if (kinds[0] === 'tokens' && others.length === 0) return readTokens(only!);
  return kinds.includes('several') ? 'unknown' : 'windows';
}

function sizeOf(axis: Axis): number | undefined {
  return axis.reduce<number | undefined>((total, each) => {
    const own = numberOf(each.size);
    return total === undefined || own === undefined ? undefined : total * own;
  }, 1);
}

type Kind = 'batch' | 'channel' | 'height' | 'width' | 'tokens' | 'several';

function kindOf(of: Atom): Kind {
  const { role, isOutermost } = placeOf(of);
  if (role === 'height' || role === 'width') return isOutermost ? role : 'channel';
  if (role !== undefined) return role;
  const grids = of.segments?.filter((segment) => segment.of && hasPositions(segment.of)) ?? [];
  if (grids.length === 0) return 'channel';
  return grids.length === 1 && grids[0]!.isFull && isGrid(grids[0]!.of!) ? 'tokens' : 'several';
}

function hasPositions(axis: Axis): boolean {
  return foldedOf(axis).some((each) => ['height', 'width'].includes(placeOf(each).role ?? ''));
}

function isGrid(axis: Axis): boolean {
  const roles = foldedOf(axis).map((each) => (placeOf(each).isOutermost ? placeOf(each).role : undefined));
  return roles.length === 2 && roles.includes('height') && roles.includes('width');
}

/** A grid with tokens in front of it and behind it. */
function readTokens({ segments = [] }: Atom): AxisReading | Unreadable {
  const at = segments.findIndex((segment) => segment.of && hasPositions(segment.of));
  const lengthOf = (pieces: typeof segments) =>
    pieces.reduce(
      (total: number | undefined, { length }) =>
        total === undefined || length === undefined ? undefined : total + length,
      0,
    );
  const [before, after] = [lengthOf(segments.slice(0, at)), lengthOf(segments.slice(at + 1))];
  if (before === undefined || after === undefined) return 'unknown';
  const factors = foldedOf(segments[at]!.of!).map((each): Factor => ({
    role: placeOf(each).role as 'height' | 'width',
    size: numberOf(each.size),
  }));
  return { factors, before, after };
}
