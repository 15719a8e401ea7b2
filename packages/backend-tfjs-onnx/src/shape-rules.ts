import { largestResult } from '@understory/backend-tfjs/engine';
import type { Node } from '@understory/onnx-autodiff';

/** A node whose shapes are held against what ONNX says of them; what is not known is not checked. */
export interface ShapeUse {
  readonly node: Node;
  readonly count: number;
  /** Sizes of what it would write, in ONNX order. */
  readonly results: readonly (readonly number[] | undefined)[];
  /** Sizes in ONNX order. */
  readonly shape: (input: number) => readonly number[] | undefined;
  /** The elements of an input that does not depend on what is fed. */
  readonly numbers: (input: number) => readonly number[] | undefined;
}

/** What does not fit in words, or undefined. */
type ShapeRule = (use: ShapeUse) => string | undefined;

/** What ONNX forbids of the shapes that a node reads and would write; undefined where they fit or are not known. */
export function forbidden(use: ShapeUse): string | undefined {
  const { domain, operator } = use.node;
  const misfit = domain === '' && Object.hasOwn(shapeRules, operator) ? shapeRules[operator]!(use) : undefined;
  return misfit ?? use.results.map((sizes) => sizes && tooLarge(sizes)).find(Boolean);
}

type Sizes = readonly number[];

const shown = (sizes: Sizes) => `[${sizes.join(', ')}]`;
const product = (sizes: Sizes) => sizes.reduce((all, size) => all * size, 1);
const isAxis = (axis: number, rank: number) => axis >= -rank && axis < rank;
const fromFront = (axis: number, rank: number) => (axis < 0 ? axis + rank : axis);

/** The shape that two broadcast to; undefined where they do not. */
function broadcast(a: Sizes, b: Sizes): Sizes | undefined {
  const sizes = Array.from({ length: Math.max(a.length, b.length) }, (_, at, rank = Math.max(a.length, b.length)) => {
    const [left, right] = [a[at - rank + a.length] ?? 1, b[at - rank + b.length] ?? 1];
    return left === right || right === 1 ? left : left === 1 ? right : -1;
  });
  return sizes.includes(-1) ? undefined : sizes;
}

const isRepeated = (part: Sizes, whole: Sizes) => broadcast(part, whole)?.join() === whole.join();

const elementwise: ShapeRule = ({ count, shape }) => {
  let all: Sizes = [];
  for (let input = 0; input < count; input += 1) {
    const own = shape(input);
    if (own === undefined) return undefined;
    const together = broadcast(all, own);
    if (together === undefined) return `shapes that do not broadcast: ${shown(all)} and ${shown(own)}`;
    all = together;
  }
  return undefined;
};

function attributeLengths(node: Node, axes: number, names: readonly string[]): string | undefined {
  for (const name of names) {
    const values = node.ints(name);
    const length = name === 'pads' ? 2 * axes : axes;
    if (values && values.length !== length) return `${name} ${shown(values)} for ${axes} axes`;
    const least = name === 'pads' || name === 'output_padding' ? 0 : 1;
    if (values?.some((value) => value < least)) return `${name} ${shown(values)}`;
  }
  return undefined;
}

/** How many results a window has along each axis. */
function windowResults(node: Node, sizes: Sizes, kernel: Sizes): Sizes {
  const strides = node.ints('strides');
  const dilations = node.ints('dilations');
  const pads = node.ints('pads');
  const auto = node.string('auto_pad', 'NOTSET');
  return sizes.map((size, axis) => {
    const stride = strides?.[axis] ?? 1;
    if (auto.startsWith('SAME')) return Math.ceil(size / stride);
    const padding = auto === 'VALID' ? 0 : (pads?.[axis] ?? 0) + (pads?.[axis + sizes.length] ?? 0);
    const room = size + padding - ((kernel[axis]! - 1) * (dilations?.[axis] ?? 1) + 1);
    return room < 0 ? 0 : Math.floor(room / stride) + 1;
  });
}

const windowAttributes = ['kernel_shape', 'strides', 'dilations', 'pads'];

const convolution: ShapeRule = ({ node, shape }) => {
  const [x, w, bias] = [shape(0), shape(1), shape(2)];
  if (!x || !w) return undefined;
  if (x.length !== w.length || x.length < 3) return `an input ${shown(x)} and weights ${shown(w)}`;
  const kernel = w.slice(2);
  const groups = node.int('group', 1);
  const attributes = attributeLengths(node, kernel.length, windowAttributes);
  if (attributes !== undefined) return attributes;
  const named = node.ints('kernel_shape');
  if (named && named.join() !== kernel.join()) return `kernel_shape ${shown(named)} and weights ${shown(w)}`;
  if (groups < 1 || x[1] !== w[1]! * groups) {
    return `${x[1]} channels for weights ${shown(w)} in ${groups} ${groups === 1 ? 'group' : 'groups'}`;
  }
  if (w[0]! % groups !== 0) return `${w[0]} results in ${groups} groups`;
  if (bias && bias.join() !== `${w[0]}`) return `a bias ${shown(bias)} for ${w[0]} channels`;
  return windowMisfit(node, x.slice(2), kernel);
};

function windowMisfit(node: Node, sizes: Sizes, kernel: Sizes): string | undefined {
  if (kernel.some((size) => size < 1)) return `a window ${shown(kernel)}`;
  const isWhole = windowResults(node, sizes, kernel).every((count) => count >= 1);
  return isWhole ? undefined : `a window ${shown(kernel)} larger than its padded input ${shown(sizes)}`;
}

const transposedConvolution: ShapeRule = ({ node, shape }) => {
  const [x, w, bias] = [shape(0), shape(1), shape(2)];
  if (!x || !w) return undefined;
  if (x.length !== w.length || x.length < 3) return `an input ${shown(x)} and weights ${shown(w)}`;
  const kernel = w.slice(2);
  const groups = node.int('group', 1);
  const attributes = attributeLengths(node, kernel.length, [...windowAttributes, 'output_padding']);
  if (attributes !== undefined) return attributes;
  if (x[1] !== w[0] || groups < 1 || w[0]! % groups !== 0) {
    return `${x[1]} channels for weights ${shown(w)} in ${groups} groups`;
  }
  if (bias && bias.join() !== `${w[1]! * groups}`) return `a bias ${shown(bias)} for ${w[1]! * groups} channels`;
  const pads = node.ints('pads');
  const auto = node.string('auto_pad', 'NOTSET');
  for (const [axis, size] of x.slice(2).entries()) {
    const stride = node.ints('strides')?.[axis] ?? 1;
    const dilation = node.ints('dilations')?.[axis] ?? 1;
    const more = node.ints('output_padding')?.[axis] ?? 0;
    if (more >= Math.max(stride, dilation)) return `output_padding ${more} for a stride of ${stride}`;
    if (auto.startsWith('SAME') || node.ints('output_shape')) continue;
    const padding = auto === 'VALID' ? 0 : (pads?.[axis] ?? 0) + (pads?.[axis + kernel.length] ?? 0);
    const result = (size - 1) * stride + (kernel[axis]! - 1) * dilation + 1 + more - padding;
    if (result < 1) return `padding that leaves ${result} places of axis ${axis + 2}`;
  }
  return undefined;
};

const pooling: ShapeRule = ({ node, shape }) => {
  const x = shape(0);
  if (!x) return undefined;
  const kernel = node.ints('kernel_shape', []);
  if (kernel.length !== x.length - 2 || kernel.length === 0) return `a window ${shown(kernel)} over ${shown(x)}`;
  const attributes = attributeLengths(node, kernel.length, windowAttributes);
  if (attributes !== undefined) return attributes;
  const pads = node.string('auto_pad', 'NOTSET') === 'NOTSET' ? (node.ints('pads') ?? []) : [];
  const wide = pads.find((by, at) => by >= kernel[at % kernel.length]!);
  if (wide !== undefined) return `padding by ${wide} around a window ${shown(kernel)}`;
  return windowMisfit(node, x.slice(2), kernel);
};

/** Inputs that have one value a channel. */
const perChannel =
  (...inputs: readonly number[]): ShapeRule =>
  ({ shape }) => {
    const x = shape(0);
    if (!x) return undefined;
    const channels = x[1] ?? 1;
    for (const input of inputs) {
      const own = shape(input);
      if (own && own.join() !== `${channels}`) return `input ${input} ${shown(own)} for ${channels} channels`;
    }
    return undefined;
  };

const groupNormalization: ShapeRule = ({ node, shape }) => {
  const x = shape(0);
  if (!x) return undefined;
  const [groups, channels] = [node.int('num_groups', 1), x[1] ?? 1];
  if (groups < 1 || channels % groups !== 0) return `${channels} channels in ${groups} groups`;
  for (const input of [1, 2]) {
    const own = shape(input);
    // A value a group before opset 21, a value a channel since.
    const isFitting = own === undefined || own.join() === `${groups}` || own.join() === `${channels}`;
    if (!isFitting) return `input ${input} ${shown(own)} for ${groups} groups of ${channels} channels`;
  }
  return undefined;
};

const layerNormalization: ShapeRule = ({ node, shape }) => {
  const x = shape(0);
  if (!x) return undefined;
  const axis = node.int('axis', -1);
  if (!isAxis(axis, x.length)) return `the axis ${axis} of ${shown(x)}`;
  const whole = x.slice(fromFront(axis, x.length));
  for (const input of [1, 2]) {
    const own = shape(input);
    if (own && !isRepeated(own, x)) return `input ${input} ${shown(own)} for ${shown(whole)}`;
  }
  return undefined;
};

const matrixProduct: ShapeRule = ({ shape }) => {
  const [a, b] = [shape(0), shape(1)];
  if (!a || !b) return undefined;
  const isProduct = a.length > 0 && b.length > 0 && a.at(-1) === (b.length === 1 ? b[0] : b.at(-2));
  const fits = isProduct && broadcast(a.slice(0, -2), b.slice(0, -2)) !== undefined;
  return fits ? undefined : `${shown(a)} times ${shown(b)}`;
};

const gemm: ShapeRule = ({ node, shape }) => {
  const [a, b, c] = [shape(0), shape(1), shape(2)];
  if (!a || !b) return undefined;
  if (a.length !== 2 || b.length !== 2) return `${shown(a)} times ${shown(b)}`;
  const [rows, left] = node.int('transA', 0) === 0 ? a : a.toReversed();
  const [right, columns] = node.int('transB', 0) === 0 ? b : b.toReversed();
  if (left !== right) return `${shown(a)} times ${shown(b)}: ${left} columns for ${right} rows`;
  const isFitting = c === undefined || isRepeated(c, [rows!, columns!]);
  return isFitting ? undefined : `${shown(c)} added to ${shown([rows!, columns!])}`;
};

const onAxis =
  (otherwise: number, isEnd = false): ShapeRule =>
  ({ node, shape }) => {
    const x = shape(0);
    const axis = node.int('axis', otherwise);
    const isFitting = !x || isAxis(axis, x.length) || (isEnd && axis === x.length);
    return isFitting ? undefined : `the axis ${axis} of ${shown(x)}`;
  };

const reduction: ShapeRule = ({ node, shape, numbers }) => {
  const x = shape(0);
  const axes = node.ints('axes') ?? numbers(1);
  if (!x || !axes) return undefined;
  const isFitting = axes.every((axis) => isAxis(axis, x.length));
  return isFitting ? undefined : `the axes ${shown(axes)} of ${shown(x)}`;
};

const concat: ShapeRule = ({ node, count, shape }) => {
  const shapes = Array.from({ length: count }, (_, input) => shape(input));
  const [first] = shapes;
  if (!first) return undefined;
  const axis = node.int('axis', 0);
  if (!isAxis(axis, first.length)) return `the axis ${axis} of ${shown(first)}`;
  const place = fromFront(axis, first.length);
  for (const own of shapes) {
    if (!own) continue;
    const isFitting = own.length === first.length && own.every((size, at) => at === place || size === first[at]);
    if (!isFitting) return `${shown(first)} and ${shown(own)} along axis ${axis}`;
  }
  return undefined;
};

const reshape: ShapeRule = ({ node, shape, numbers }) => {
  const [x, wanted] = [shape(0), numbers(1)];
  if (!x || !wanted) return undefined;
  const keepsZeros = node.int('allowzero', 0) === 1;
  const isCopied = (size: number) => size === 0 && !keepsZeros;
  const sizes = wanted.map((size, axis) => (isCopied(size) ? (x[axis] ?? -2) : size));
  const open = sizes.filter((size) => size === -1).length;
  const rest = product(sizes.filter((size) => size !== -1));
  const isFitting =
    open <= 1 &&
    sizes.every((size) => size >= -1) &&
    (open === 0 ? rest === product(x) : rest > 0 ? product(x) % rest === 0 : false);
  return isFitting ? undefined : `${shown(x)} as ${shown(wanted)}`;
};

const expand: ShapeRule = ({ shape, numbers }) => {
  const [x, wanted] = [shape(0), numbers(1)];
  if (!x || !wanted) return undefined;
  const whole = wanted.every((size) => size >= 0) ? broadcast(x, wanted) : undefined;
  return whole ? tooLarge(whole) : `${shown(x)} expanded to ${shown(wanted)}`;
};

const squeeze: ShapeRule = ({ node, shape, numbers }) => {
  const x = shape(0);
  const axes = node.ints('axes') ?? numbers(1);
  if (!x || !axes) return undefined;
  const isFitting = axes.every((axis) => isAxis(axis, x.length) && x.at(axis) === 1);
  return isFitting ? undefined : `${shown(x)} without the axes ${shown(axes)}`;
};

const unsqueeze: ShapeRule = ({ node, shape, numbers }) => {
  const x = shape(0);
  const axes = node.ints('axes') ?? numbers(1);
  if (!x || !axes) return undefined;
  const rank = x.length + axes.length;
  const places = new Set(axes.map((axis) => fromFront(axis, rank)));
  const isFitting = places.size === axes.length && axes.every((axis) => isAxis(axis, rank));
  return isFitting ? undefined : `${shown(x)} with the axes ${shown(axes)}`;
};

const transpose: ShapeRule = ({ node, shape }) => {
  const [x, perm] = [shape(0), node.ints('perm')];
  if (!x || !perm) return undefined;
  const isOrder = perm.length === x.length && x.every((_, axis) => perm.includes(axis));
  return isOrder ? undefined : `the order ${shown(perm)} for ${shown(x)}`;
};

const slice: ShapeRule = ({ shape, numbers }) => {
  const [x, starts, ends, steps] = [shape(0), numbers(1), numbers(2), numbers(4)];
  if (!x || !starts || !ends) return undefined;
  const axes = numbers(3) ?? starts.map((_, axis) => axis);
  const lengths = [starts, ends, axes, ...(steps ? [steps] : [])].map(({ length }) => length);
  if (new Set(lengths).size > 1) return `${lengths.join(', ')} starts, ends, axes and steps`;
  if (steps?.includes(0)) return 'steps of 0';
  const places = new Set(axes.map((axis) => fromFront(axis, x.length)));
  const isFitting = places.size === axes.length && axes.every((axis) => isAxis(axis, x.length));
  return isFitting ? undefined : `the axes ${shown(axes)} of ${shown(x)}`;
};

const split: ShapeRule = ({ node, shape, numbers }) => {
  const [x, parts] = [shape(0), numbers(1)];
  if (!x) return undefined;
  const axis = node.int('axis', 0);
  if (!isAxis(axis, x.length)) return `the axis ${axis} of ${shown(x)}`;
  if (!parts) return undefined;
  const size = x.at(axis)!;
  const isFitting =
    parts.length === node.outputs.length &&
    parts.every((part) => part >= 0) &&
    parts.reduce((sum, part) => sum + part, 0) === size;
  return isFitting ? undefined : `${size} places of axis ${axis} in ${node.outputs.length} parts of ${shown(parts)}`;
};

const pad: ShapeRule = ({ node, shape, numbers }) => {
  const [x, pads] = [shape(0), numbers(1)];
  if (!x || !pads) return undefined;
  const axes = numbers(3) ?? x.map((_, axis) => axis);
  if (pads.length !== 2 * axes.length) return `${pads.length} pads for ${axes.length} axes`;
  if (!axes.every((axis) => isAxis(axis, x.length))) return `the axes ${shown(axes)} of ${shown(x)}`;
  const mode = node.string('mode', 'constant');
  const sizes = [...x];
  for (const [at, axis] of axes.entries()) {
    const [before, behind] = [pads[at]!, pads[at + axes.length]!];
    const place = fromFront(axis, x.length);
    const size = x[place]!;
    const cut = size + Math.min(0, before) + Math.min(0, behind);
    const most = mode === 'reflect' ? cut - 1 : Infinity;
    const isCopied = mode !== 'constant' && (cut === 0 || Math.max(before, behind) > Math.max(0, most));
    if (cut < 0 || isCopied) {
      return `pads of ${before} and ${behind} around ${size} places of axis ${axis}`;
    }
    sizes[place] = size + before + behind;
  }
  return tooLarge(sizes);
};

function outOfRange(indices: Sizes | undefined, sizes: Sizes): string | undefined {
  const at = indices?.findIndex((index, place) => !isAxis(index, sizes[place % sizes.length]!)) ?? -1;
  if (at < 0) return undefined;
  return `the index ${indices![at]} where there are ${sizes[at % sizes.length]} places`;
}

const gather: ShapeRule = ({ node, shape, numbers }) => {
  const x = shape(0);
  if (!x) return undefined;
  const axis = node.int('axis', 0);
  if (!isAxis(axis, x.length)) return `the axis ${axis} of ${shown(x)}`;
  return outOfRange(numbers(1), [x.at(axis)!]);
};

const gatherNd: ShapeRule = ({ node, shape, numbers }) => {
  const [x, indices] = [shape(0), shape(1)];
  if (!x || !indices) return undefined;
  const batch = node.int('batch_dims', 0);
  const depth = indices.at(-1);
  if (depth === undefined || depth < 1 || depth + batch > x.length || batch >= indices.length) {
    return `indices ${shown(indices)} into ${shown(x)}`;
  }
  return outOfRange(numbers(1), x.slice(batch, batch + depth));
};

const scatterNd: ShapeRule = ({ shape, numbers }) => {
  const [x, indices, updates] = [shape(0), shape(1), shape(2)];
  if (!x || !indices) return undefined;
  const depth = indices.at(-1);
  if (depth === undefined || depth > x.length) return `indices ${shown(indices)} into ${shown(x)}`;
  const wanted = [...indices.slice(0, -1), ...x.slice(depth)];
  if (updates && updates.join() !== wanted.join()) return `updates ${shown(updates)} for ${shown(wanted)}`;
  return depth > 0 ? outOfRange(numbers(1), x.slice(0, depth)) : undefined;
};

const resize: ShapeRule = ({ node, shape, numbers }) => {
  const [x, scales = [], sizes = []] = [shape(0), numbers(2), numbers(3)];
  if (!x) return undefined;
  const axes = node.ints('axes') ?? x.map((_, axis) => axis);
  const given = scales.length > 0 ? scales : sizes;
  if (given.length !== axes.length) return `${given.length} scales or sizes for ${axes.length} axes`;
  if (!axes.every((axis) => isAxis(axis, x.length))) return `the axes ${shown(axes)} of ${shown(x)}`;
  if (!given.every((value) => value > 0)) return `${shown(x)} resized by ${shown(given)}`;
  const results = [...x];
  axes.forEach((axis, at) => {
    const size = x.at(axis)!;
    results[fromFront(axis, x.length)] = scales.length > 0 ? Math.floor(size * scales[at]!) : sizes[at]!;
  });
  return tooLarge(results);
};

const tile: ShapeRule = ({ shape, numbers }) => {
  const [x, repeats] = [shape(0), numbers(1)];
  if (!x || !repeats) return undefined;
  const isFitting = repeats.length === x.length && repeats.every((times) => times >= 0);
  return isFitting ? tooLarge(x.map((size, axis) => size * repeats[axis]!)) : `${shown(x)} repeated ${shown(repeats)}`;
};

const depthToSpace: ShapeRule = ({ node, shape }) => {
  const x = shape(0);
  if (!x) return undefined;
  const block = node.int('blocksize', 0);
  const isFitting = x.length === 4 && block >= 1 && x[1]! % (block * block) === 0;
  return isFitting ? undefined : `${shown(x)} in blocks of ${block} x ${block}`;
};

const cumulativeSum: ShapeRule = ({ shape, numbers }) => {
  const [x, [axis = 0] = []] = [shape(0), numbers(1)];
  return !x || isAxis(axis, x.length) ? undefined : `the axis ${axis} of ${shown(x)}`;
};

const bounds: ShapeRule = ({ shape }) => {
  for (const input of [1, 2]) {
    const own = shape(input);
    const isScalar = !own || own.length === 0 || own.join() === '1';
    if (!isScalar) return `a bound of the shape ${shown(own)}`;
  }
  return undefined;
};

const triangle: ShapeRule = ({ shape }) => {
  const x = shape(0);
  return !x || x.length >= 2 ? undefined : `${shown(x)}, which is no matrix`;
};

const constantOfShape: ShapeRule = ({ numbers }) => {
  const sizes = numbers(0);
  if (!sizes) return undefined;
  return sizes.every((size) => size >= 0) ? tooLarge(sizes) : `a tensor of the shape ${shown(sizes)}`;
};

const range: ShapeRule = ({ numbers }) => {
  const [start, limit, step] = [0, 1, 2].map((input) => numbers(input)?.[0]);
  if (start === undefined || limit === undefined || step === undefined) return undefined;
  return step === 0 ? 'steps of 0' : tooLarge([Math.max(0, Math.ceil((limit - start) / step))]);
};

const einsum: ShapeRule = ({ node, count, shape }) => {
  const [left = '', right] = node.string('equation', '').replace(/\s/g, '').split('->');
  const terms = left.split(',');
  if (terms.length !== count) return `${count} operands for "${left}"`;
  const sizes = new Map<string, number>();
  for (const [input, term] of terms.entries()) {
    const own = shape(input);
    if (!own || term.includes('...')) return undefined;
    if (own.length !== term.length) return `${shown(own)} for "${term}"`;
    for (const [axis, letter] of [...term].entries()) {
      const before = sizes.get(letter);
      const size = own[axis]!;
      if (before !== undefined && before !== size && before !== 1 && size !== 1) {
        return `${before} and ${size} for "${letter}"`;
      }
      sizes.set(letter, Math.max(before ?? 1, size));
    }
  }
  const unknown = [...(right ?? '')].find((letter) => /[a-z]/i.test(letter) && !sizes.has(letter));
  return unknown === undefined ? undefined : `"${unknown}" in the result, which no operand has`;
};

const prelu: ShapeRule = ({ shape }) => {
  const [x, slopes] = [shape(0), shape(1)];
  const isFitting = !x || !slopes || isRepeated(slopes, x);
  return isFitting ? undefined : `slopes ${shown(slopes)} for ${shown(x)}`;
};

function tooLarge(sizes: Sizes): string | undefined {
  return product(sizes) <= largestResult
    ? undefined
    : `a tensor ${shown(sizes)}, of more than ${largestResult} elements`;
}

const shapeRules: Readonly<Record<string, ShapeRule>> = {
  ...Object.fromEntries(
    'Add And Div Equal Greater GreaterOrEqual Less LessOrEqual Max Mean Min Mod Mul Or Pow Sub Sum Where Xor'
      .split(' ')
      .map((name) => [name, elementwise]),
  ),
  ...Object.fromEntries(
    'L1 L2 LogSum LogSumExp Max Mean Min Prod Sum SumSquare'.split(' ').map((name) => [`Reduce${name}`, reduction]),
  ),
  ArgMax: onAxis(0),
  ArgMin: onAxis(0),
  AveragePool: pooling,
  BatchNormalization: perChannel(1, 2, 3, 4),
  Clip: bounds,
  Concat: concat,
  ConstantOfShape: constantOfShape,
  Conv: convolution,
  ConvTranspose: transposedConvolution,
  CumSum: cumulativeSum,
  DepthToSpace: depthToSpace,
  Einsum: einsum,
  Expand: expand,
  Flatten: onAxis(1, true),
  Gather: gather,
  GatherND: gatherNd,
  Gemm: gemm,
  GroupNormalization: groupNormalization,
  InstanceNormalization: perChannel(1, 2),
  LayerNormalization: layerNormalization,
  LogSoftmax: onAxis(-1),
  LpPool: pooling,
  MatMul: matrixProduct,
  MaxPool: pooling,
  PRelu: prelu,
  Pad: pad,
  Range: range,
  Reshape: reshape,
  Resize: resize,
  ScatterND: scatterNd,
  Slice: slice,
  Softmax: onAxis(-1),
  Split: split,
  Squeeze: squeeze,
  Tile: tile,
  Transpose: transpose,
  Trilu: triangle,
  Unsqueeze: unsqueeze,
};
