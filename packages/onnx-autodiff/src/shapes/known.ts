import type { Dim, ElementType } from '../types.ts';

/** A small tensor whose elements are known ahead, each a number or the name of a size. Shape arithmetic is made of these. */
export interface Known {
  readonly type: ElementType;
  readonly dims: readonly number[];
  readonly values: readonly Dim[];
}

/** The elements of a small tensor. */
export interface Elements {
  readonly dims: readonly number[];
  readonly values: readonly Dim[];
}

/** Shape arithmetic never needs more elements than this; weights are not read. */
export const largestKnown = 4096;

/** How many elements `sizes` hold. */
export function countOf(sizes: readonly number[]): number {
  return sizes.reduce((total, size) => total * size, 1);
}

/** The elements that lie at all combinations of some places, one list of places an axis. */
export function take({ dims, values }: Elements, places: readonly (readonly number[])[]): Elements {
  let offsets = [0];
  let stride = countOf(dims);
  dims.forEach((size, axis) => {
    stride = size === 0 ? 0 : stride / size;
    offsets = offsets.flatMap((offset) => places[axis]!.map((place) => offset + place * stride));
  });
  return { dims: places.map((list) => list.length), values: offsets.map((offset) => values[offset]!) };
}

/** The tensor repeated along its axes of size 1, and along new ones in front, until it has these sizes. */
export function stretch({ dims, values }: Elements, to: readonly number[]): Elements {
  const full = [...to.slice(0, to.length - dims.length).map(() => 1), ...dims];
  return take(
    { dims: full, values },
    to.map((size, axis) => Array.from({ length: size }, (_, place) => (full[axis] === 1 ? 0 : place))),
  );
}

/** Joins tensors along an axis. */
export function join(parts: readonly Elements[], axis: number): Elements {
  const [first] = parts;
  const outer = countOf(first!.dims.slice(0, axis));
  const inner = parts.map(({ dims }) => countOf(dims.slice(axis)));
  const values: Dim[] = [];
  for (let row = 0; row < outer; row += 1) {
    parts.forEach((part, at) => {
      for (const value of part.values.slice(row * inner[at]!, (row + 1) * inner[at]!)) values.push(value);
    });
  }
  return {
    dims: first!.dims.with(
      axis,
      parts.reduce((sum, { dims }) => sum + dims[axis]!, 0),
    ),
    values,
  };
}

/** The axes in another order. */
export function permute({ dims, values }: Elements, perm: readonly number[]): Elements {
  const strides = dims.map((_, axis) => countOf(dims.slice(axis + 1)));
  let offsets = [0];
  for (const axis of perm) {
    offsets = offsets.flatMap((offset) =>
      Array.from({ length: dims[axis]! }, (_, place) => offset + place * strides[axis]!),
    );
  }
  return { dims: perm.map((axis) => dims[axis]!), values: offsets.map((offset) => values[offset]!) };
}

/** The first place (-1 for a slice that runs backwards to the front) and how many places a slice takes, as ONNX clamps them. */
export function sliceRange(
  size: number,
  start: number,
  end: number,
  step: number,
): { readonly first: number; readonly count: number } {
  const clamp = (value: number, low: number, high: number) => Math.min(Math.max(value, low), high);
  const from = start < 0 ? start + size : start;
  const to = end < 0 ? end + size : end;
  const first = step > 0 ? clamp(from, 0, size) : clamp(from, 0, size - 1);
  const last = step > 0 ? clamp(to, 0, size) : clamp(to, -1, size - 1);
  return { first, count: Math.max(0, Math.ceil((last - first) / step)) };
}
