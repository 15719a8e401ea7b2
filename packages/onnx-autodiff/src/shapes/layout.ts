import type { Dim, Shape } from '../types.ts';
import { broadcast, formula, normaliseAxis, product, quotient } from './dims.ts';
import { countOf, join, largestKnown, permute, sliceRange, stretch, take } from './known.ts';
import type { ShapeContext, ShapeRule, ShapeRules } from './shape-rule.ts';
import { callOf, ceilOf, sumName, term } from './size-names.ts';

/** Exporters write "to the end" as any number from here on. */
const beyond = 2 ** 31 - 1;

const upTo = (count: number) => Array.from({ length: count }, (_, at) => at);

/** The elements of an input that keeps them in order. */
const kept = (c: ShapeContext) => c.known(0)?.values;

const same: ShapeRule = (c) => c.set(0, c.input(0)?.type, c.input(0)?.shape);

/** A shape of unknown sizes where only the number of its elements is known ahead. */
const ofLength = (c: ShapeContext, shape: Shape): Shape => {
  const [length] = shape ?? [];
  return typeof length === 'number' ? c.unknowns.shape(length) : undefined;
};

const reshape: ShapeRule = (c) => {
  const x = c.input(0);
  const target = c.known(1)?.values;
  if (!target) return c.set(0, x?.type, ofLength(c, c.input(1)?.shape));
  const copies = c.node.int('allowzero', 0) === 0;
  const sizes = target.map((dim, axis): Dim => (dim === 0 && copies ? (x?.shape?.[axis] ?? c.unknowns.dim()) : dim));
  const free = sizes.indexOf(-1);
  if (free >= 0) {
    const others = sizes.filter((_, axis) => axis !== free);
    sizes[free] = x?.shape ? quotient(x.shape, others) : c.unknowns.dim();
  }
  return c.set(0, x?.type, sizes, kept(c));
};

const flatten: ShapeRule = (c) => {
  const x = c.input(0);
  const axis = c.node.int('axis', 1);
  if (!x?.shape) return c.set(0, x?.type, c.unknowns.shape(2));
  const at = normaliseAxis(axis, x.shape.length);
  return c.set(0, x.type, [product(x.shape.slice(0, at)), product(x.shape.slice(at))], kept(c));
};

const transpose: ShapeRule = (c) => {
  const x = c.input(0);
  const perm = c.node.ints('perm') ?? (x?.shape && upTo(x.shape.length).reverse());
  const shape = perm?.map((axis) => (x?.shape ? x.shape[axis]! : c.unknowns.dim()));
  const known = c.known(0);
  return c.set(0, x?.type, shape, known && perm && permute(known, perm).values);
};

const squeeze: ShapeRule = (c) => {
  const x = c.input(0);
  const given = c.node.inputs[1] ? c.numbers(1) : undefined;
  if (!x?.shape || (c.node.inputs[1] && !given)) return c.set(0, x?.type, undefined);
  const { shape } = x;
  // Without axes every 1 goes, and a size that is not known might be one.
  if (!given && shape.some((dim) => typeof dim === 'string')) return c.set(0, x.type, undefined);
  const axes = given?.map((axis) => normaliseAxis(axis, shape.length));
  const left = shape.filter((dim, axis) => (axes ? !axes.includes(axis) : dim !== 1));
  return c.set(0, x.type, left, kept(c));
};

const unsqueeze: ShapeRule = (c) => {
  const x = c.input(0);
  const given = c.numbers(1);
  if (!x?.shape || !given) return c.set(0, x?.type, undefined);
  const rank = x.shape.length + given.length;
  const axes = given.map((axis) => normaliseAxis(axis, rank));
  const rest = [...x.shape];
  const shape = upTo(rank).map((axis): Dim => (axes.includes(axis) ? 1 : rest.shift()!));
  return c.set(0, x.type, shape, kept(c));
};

const concat: ShapeRule = (c) => {
  const inputs = c.node.inputs.map((_, index) => c.input(index));
  const shapes = inputs.map((input) => input?.shape);
  const type = inputs[0]?.type;
  const some = shapes.find((shape) => shape);
  if (!some) return c.set(0, type, undefined);
  const rank = some.length;
  const at = normaliseAxis(c.node.int('axis', 0), rank);
  const shape = upTo(rank).map((axis): Dim => {
    const dims = shapes.map((each) => each?.[axis]);
    if (axis === at) {
      return dims.every((dim) => dim !== undefined) ? sumName(dims) : c.unknowns.dim();
    }
    return dims.find((dim) => typeof dim === 'number') ?? dims.find((dim) => dim !== undefined)!;
  });
  const parts = c.node.inputs.map((_, index) => c.known(index));
  const known = parts.every((part) => part !== undefined) ? join(parts, at).values : undefined;
  return c.set(0, type, shape, known);
};

const split: ShapeRule = (c) => {
  const x = c.input(0);
  const count = c.node.outputs.length;
  const at = x?.shape && normaliseAxis(c.node.int('axis', 0), x.shape.length);
  const whole = at === undefined ? undefined : x!.shape![at]!;
  const given = c.known(1)?.values;
  // The last part is the smaller one where the parts are not even.
  const chunk =
    whole === undefined
      ? undefined
      : formula(
          ([all]) => ceilOf(all, count),
          [whole],
          (all) => Math.ceil(all / count),
        );
  let offset = 0;
  c.node.outputs.forEach((_, index) => {
    if (at === undefined) return c.set(index, x?.type, undefined);
    let size: Dim | undefined = given?.[index];
    if (!c.node.inputs[1]) {
      size =
        index < count - 1
          ? chunk!
          : formula(
              ([all]) => `max(${term(all)} - ${term(product([count - 1, ceilOf(all, count)]))}, 0)`,
              [whole!],
              (all) => Math.max(0, all - Math.ceil(all / count) * (count - 1)),
            );
    }
    const part = size ?? c.unknowns.dim();
    const known = c.known(0);
    const places =
      known && typeof part === 'number' && !Number.isNaN(offset)
        ? known.dims.map((length, axis) => (axis === at ? upTo(part).map((place) => place + offset) : upTo(length)))
        : undefined;
    offset = typeof part === 'number' ? offset + part : Number.NaN;
    return c.set(index, x!.type, x!.shape!.with(at, part), places && take(known!, places).values);
  });
};

const slice: ShapeRule = (c) => {
  const x = c.input(0);
  if (!x?.shape) return c.set(0, x?.type, undefined);
  const starts = c.known(1)?.values;
  const ends = c.known(2)?.values;
  const vectorLength = c.input(1)?.shape?.[0] ?? c.input(2)?.shape?.[0];
  const listed = c.node.inputs[3] ? c.numbers(3) : typeof vectorLength === 'number' ? upTo(vectorLength) : undefined;
  const steps = c.node.inputs[4] ? c.numbers(4) : (starts ?? ends ?? listed)?.map(() => 1);
  if (!listed) return c.set(0, x.type, c.unknowns.shape(x.shape.length));
  const axes = listed.map((axis) => normaliseAxis(axis, x.shape!.length));
  const shape = [...x.shape];
  const known = c.known(0);
  let places = known?.dims.map(upTo);
  axes.forEach((axis, at) => {
    const dim = shape[axis]!;
    const start = starts?.[at];
    const end = ends?.[at];
    const step = steps?.[at];
    if (start === undefined || end === undefined || step === undefined) {
      shape[axis] = c.unknowns.dim();
      places = undefined;
      return;
    }
    shape[axis] = slicedSize(dim, start, end, step);
    if (!places || typeof dim !== 'number' || typeof start !== 'number' || typeof end !== 'number') {
      places = undefined;
      return;
    }
    const { first, count } = sliceRange(dim, start, end, step);
    places[axis] = upTo(count).map((place) => first + place * step);
  });
  return c.set(0, x.type, shape, known && places && take(known, places).values);
};

/** How many elements a slice takes of an axis. */
function slicedSize(dim: Dim, start: Dim, end: Dim, step: number): Dim {
  const toEnd = end === dim || (typeof end === 'number' && end >= beyond);
  if (step === 1 && start === 0 && toEnd) return dim;
  if (step === -1 && start === -1 && typeof end === 'number' && end <= -beyond) return dim;
  return formula(
    ([size, from, to, by]) => slicedName(size, from, toEnd ? undefined : to, by),
    [dim, start, toEnd ? dim : end, step],
    (size, from, to, by) => sliceRange(size, from, to, by).count,
  );
}

/** The same as an expression; `end` is undefined for that of the axis. */
function slicedName(dim: Dim, start: Dim, end: Dim | undefined, step: Dim): Dim {
  if (typeof dim === 'number' || typeof step !== 'number' || step < 1)
    return callOf('slice', [dim, start, end ?? '', step]);
  if (end === undefined && typeof start === 'number' && start >= 0) {
    const left = sumName([dim, -start]);
    // Where a stride is as long as what is left out, rounding up gives no less than 0; an axis of no elements is none.
    return step > start || start === 1 || !left.toString().includes(' - ')
      ? ceilOf(left, step)
      : ceilOf(`max(${left}, 0)`, step);
  }
  if (end === undefined && typeof start === 'number' && step === 1) return `min(${dim}, ${-start})`;
  if (start === 0 && typeof end === 'number') {
    if (end >= 0) return ceilOf(`min(${dim}, ${end})`, step);
    const left = sumName([dim, end]);
    return ceilOf(end === -1 || !left.toString().includes(' - ') ? left : `max(${left}, 0)`, step);
  }
  return callOf('slice', [dim, start, end ?? '', step]);
}

const pad: ShapeRule = (c) => {
  const x = c.input(0);
  if (!x?.shape) return c.set(0, x?.type, undefined);
  const rank = x.shape.length;
  const pads = c.known(1)?.values;
  const listed = c.node.inputs[3] ? c.numbers(3) : upTo(rank);
  if (!listed) return c.set(0, x.type, c.unknowns.shape(rank));
  const shape = [...x.shape];
  listed.forEach((given, at) => {
    const axis = normaliseAxis(given, rank);
    const before = pads?.[at];
    const after = pads?.[at + listed.length];
    shape[axis] =
      before === undefined || after === undefined ? c.unknowns.dim() : sumName([shape[axis]!, before, after]);
  });
  return c.set(0, x.type, shape);
};

const expand: ShapeRule = (c) => {
  const x = c.input(0);
  const target = c.known(1)?.values;
  if (!target) {
    const length = ofLength(c, c.input(1)?.shape)?.length;
    const rank = length === undefined || !x?.shape ? undefined : Math.max(length, x.shape.length);
    return c.set(0, x?.type, rank === undefined ? undefined : c.unknowns.shape(rank));
  }
  const shape = broadcast([x?.shape, target], c.unknowns);
  const known = c.known(0);
  const sizes = shape?.every((dim) => typeof dim === 'number') ? shape : undefined;
  const small = known && sizes && countOf(sizes) <= largestKnown;
  return c.set(0, x?.type, shape, small ? stretch(known, sizes).values : undefined);
};

const tile: ShapeRule = (c) => {
  const x = c.input(0);
  const repeats = c.known(1)?.values;
  const shape = x?.shape?.map((dim, axis) => (repeats ? product([dim, repeats[axis]!]) : c.unknowns.dim()));
  const known = c.known(0);
  const counts = c.numbers(1);
  const places =
    known && counts && countOf(counts) * known.values.length <= 4096
      ? known.dims.map((size, axis) => upTo(size * counts[axis]!).map((place) => place % size))
      : undefined;
  return c.set(0, x?.type, shape, places && take(known!, places).values);
};

const centerCropPad: ShapeRule = (c) => {
  const x = c.input(0);
  const target = c.known(1)?.values;
  if (!x?.shape) return c.set(0, x?.type, undefined);
  const shape = [...x.shape];
  (c.node.ints('axes') ?? upTo(shape.length)).forEach((axis, at) => {
    shape[normaliseAxis(axis, shape.length)] = target?.[at] ?? c.unknowns.dim();
  });
  return c.set(0, x.type, shape);
};

export const layoutShapes: ShapeRules = {
  CenterCropPad: centerCropPad,
  Concat: concat,
  Expand: expand,
  Flatten: flatten,
  Pad: pad,
  Reshape: reshape,
  ReverseSequence: same,
  Slice: slice,
  Split: split,
  Squeeze: squeeze,
  Tile: tile,
  Transpose: transpose,
  Trilu: same,
  Unsqueeze: unsqueeze,
};
