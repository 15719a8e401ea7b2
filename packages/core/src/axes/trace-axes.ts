import type { GraphNode, GraphView } from '../contracts/graph.ts';
import type { LayerSpec } from '../contracts/model.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { append } from '../long-lists.ts';
import {
  assertRole,
  atom,
  canBe,
  concatenated,
  leavesOf,
  lengthOf,
  placeOf,
  roleOf,
  sliced,
  unify,
  type Atom,
  type Axis,
} from './axis.ts';
import { noteLost } from './lost-axes.ts';
import { regrouped } from './regroup.ts';
import { numberOf, sizeOf } from './sizes.ts';
import type { Dimension, TensorSpec } from '../tensor/tensor-spec.ts';

/** What is known of the axes of activations, inputs among them, by tensor name. */
export type TracedAxes = ReadonlyMap<string, readonly Axis[]>;

/** Fewer rows or columns than this are channels rather. */
const smallestImage = 8;

const convolutions = words('Conv ConvInteger ConvTranspose DeformConv FusedConv NhwcFusedConv QLinearConv');
const windows = words('AveragePool LpPool MaxPool MaxUnpool NhwcMaxPool QLinearAveragePool');
const pools = words('GlobalAveragePool GlobalLpPool GlobalMaxPool QLinearGlobalAveragePool');
const resizes = words('DepthToSpace GridSample Resize SpaceToDepth Upsample');
const normalisesChannels = words('BatchNormalization GroupNorm GroupNormalization InstanceNormalization LRN');
const normalisesLast = words(
  'EmbedLayerNormalization LayerNormalization RMSNormalization SimplifiedLayerNormalization SkipLayerNormalization SkipSimplifiedLayerNormalization',
);
const products = words(
  'DynamicQuantizeMatMul FusedGemm FusedMatMul Gemm MatMul MatMulBnb4 MatMulInteger MatMulIntegerToFloat MatMulNBits QGemm QLinearMatMul TransposeMatMul',
);
const attentions = words('Attention GroupQueryAttention MultiHeadAttention PackedAttention QAttention');
const reductions = words(
  'ArgMax ArgMin ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum ReduceSumSquare',
);
/** Their other inputs have axes of their own. */
const keepsFirst = words(
  'CumSum DequantizeLinear DynamicQuantizeLinear Identity QuantizeLinear ReverseSequence ScatterElements ScatterND Trilu',
);
const recurrent = words('DynamicQuantizeLSTM GRU LSTM RNN');
const opaque = words(
  'Col2Im Compress GatherElements GatherND If Loop MaxRoiPool NonMaxSuppression NonZero OneHot RoiAlign Scan TopK Unique',
);

function words(text: string): ReadonlySet<string> {
  return new Set(text.split(' '));
}

/**
 * Follows what each axis of each activation stands for through a graph. Evidence comes from the operators that read or write it:
 * convolutions, poolings, resizes and normalisations over channels have channels, height and width in ONNX's order; dense products and
 * layer normalisations have channels last; the image itself has one, three or four channels. Takes time in the size of the graph.
 */
export function traceAxes(graph: GraphView, layers: readonly LayerSpec[], inputs: readonly TensorSpec[]): TracedAxes {
  const tracer = new Tracer(graph, layers, inputs);
  for (const node of graph.nodes) tracer.follow(node);
  tracer.weighPoolings();
  return tracer.axes;
}

class Tracer {
  readonly axes = new Map<string, readonly Axis[]>();
  private readonly graph: GraphView;
  private readonly dims: ReadonlyMap<string, readonly Dimension[] | undefined>;
  private readonly producers = new Map<string, GraphNode>();
  private readonly batches = new Map<Dimension, Atom>();
  private readonly pieces = new Map<string, Axis>();
  private readonly seen = new WeakSet<Atom>();
  private readonly averaged: (readonly [height: Axis, width: Axis])[] = [];

  constructor(graph: GraphView, layers: readonly LayerSpec[], inputs: readonly TensorSpec[]) {
    this.graph = graph;
    const dims = new Map([...inputs, ...layers].map(({ name, dims }) => [name, dims]));
    // Whole numbers are no layers, and have the sizes of what they stand for.
    for (const { operator, inputs: read, outputs: written } of graph.nodes) {
      const [before = '', after = ''] = [read[0], written[0]];
      const kind = operator.slice(operator.lastIndexOf('.') + 1);
      if (kind === 'DequantizeLinear' && !dims.has(before)) dims.set(before, dims.get(after));
      if (kind === 'QuantizeLinear' && !dims.has(after)) dims.set(after, dims.get(before));
    }
    this.dims = dims;
    for (const { dims } of inputs) {
      const [batch] = dims?.length === 4 ? dims : [];
      if (batch === undefined || batch === 1 || this.batches.has(batch)) continue;
      this.batches.set(batch, atom(sizeOf(batch), 'batch'));
    }
    for (const { name, dims } of inputs) {
      if (dims === undefined) continue;
      const axes = this.fresh(dims);
      const batch = this.batches.get(dims[0] ?? 1);
      this.axes.set(name, batch ? [[batch], ...axes.slice(1)] : axes);
      noteLost(this.axes.get(name)!, [], this.seen);
      this.lookAtImage(axes, dims);
    }
  }

  follow(node: GraphNode): void {
    this.lookAtNormalisation(node);
    const found = this.resultOf(node);
    node.outputs.forEach((name, at) => {
      if (name === '') return;
      this.producers.set(name, node);
      const axes = this.checked(name, found?.[at]) ?? this.unknown(name);
      if (axes === undefined) return;
      noteLost(
        axes,
        node.inputs.map((input) => this.axes.get(input) ?? []),
        this.seen,
      );
      this.axes.set(name, axes);
    });
  }

  /** Axes as far as they agree with the sizes that are known ahead. */
  private checked(name: string, axes: readonly Axis[] | undefined): readonly Axis[] | undefined {
    const dims = this.dims.get(name);
    if (axes === undefined || dims === undefined) return axes;
    if (axes.length !== dims.length) return undefined;
    return axes.map((axis, at) => {
      const [length, dim] = [lengthOf(axis), dims[at]!];
      return typeof dim === 'number' && length !== undefined && length !== dim ? this.fresh([dim])[0]! : axis;
    });
  }

  /** A mean over two axes of four tells where height and width are, where nothing else does. */
  weighPoolings(): void {
    for (const [height, width] of this.averaged) {
      if (height.length !== 1 || width.length !== 1 || !canBe(height, 'height') || !canBe(width, 'width')) continue;
      assertRole(height, 'height');
      assertRole(width, 'width');
    }
  }

  /** The axes of each output, as far as they are known. */
  private resultOf(node: GraphNode): readonly (readonly Axis[] | undefined)[] | undefined {
    const operator = node.operator.slice(node.operator.lastIndexOf('.') + 1);
    const { inputs } = node;
    const [first = '', second = ''] = inputs;
    const axes = this.axes.get(first);
    if (products.has(operator) || operator === 'Einsum' || attentions.has(operator))
      return [this.product(node, operator)];
    if (operator === 'Concat') return [this.concat(node)];
    if (operator === 'QLinearConcat')
      return [this.concat({ ...node, inputs: inputs.slice(2).filter((_, at) => at % 3 === 0) })];
    if (opaque.has(operator)) return undefined;
    if (operator === 'Sub' && axes) this.lookAtDeviation(first, second);
    if (axes === undefined) return [this.elementwise(node)];
    if (convolutions.has(operator)) return [this.convolution(node, axes, operator.startsWith('Nhwc'))];
    if (windows.has(operator)) return [this.window(node, axes, operator.startsWith('Nhwc'))];
    if (pools.has(operator)) return [this.globalPool(node, axes)];
    if (resizes.has(operator)) return [this.window(node, axes, false)];
    if (reductions.has(operator)) return [this.reduction(node, axes)];
    if (recurrent.has(operator)) return this.recurrence(node, axes);
    switch (operator) {
      case 'Transpose':
        return [this.transposed(node, axes)];
      case 'Flatten':
      case 'Reshape':
        return [this.reshaped(node, axes)];
      case 'Squeeze':
      case 'Unsqueeze':
        return [this.reshaped(node, axes) ?? this.inserted(node, axes)];
      case 'Slice':
        return [this.slice(node, axes)];
      case 'Split':
        return this.parts(node, axes);
      case 'Pad':
        return [this.padded(node, axes)];
      case 'Gather':
        return [this.gathered(node, axes)];
      case 'Expand':
      case 'Tile':
        return [this.spread(node, axes)];
      case 'BatchNormalization':
      case 'MeanVarianceNormalization':
        return [axes];
      default:
        if (normalisesLast.has(operator) || keepsFirst.has(operator))
          return [this.agreeing(node.outputs[0] ?? '', axes)];
        return [this.elementwise(node)];
    }
  }

  private lookAtImage(axes: readonly Axis[], dims: readonly Dimension[]): void {
    if (dims.length !== 4) return;
    const isFew = (dim: Dimension | undefined) => dim === 1 || dim === 3 || dim === 4;
    const isExtent = (dim: Dimension | undefined) => typeof dim === 'string' || dim! >= smallestImage;
    const isFirst = isFew(dims[1]) && isExtent(dims[2]) && isExtent(dims[3]);
    const isLast = isFew(dims[3]) && isExtent(dims[1]) && isExtent(dims[2]);
    if (isFirst === isLast) return;
    this.assertMap(axes, isLast);
  }

  private assertMap(axes: readonly Axis[], isLast: boolean): boolean {
    const [batch = [], second = [], third = [], fourth = []] = axes;
    const [channel, height, width] = isLast ? [fourth, second, third] : [second, third, fourth];
    const isMap =
      canBe(batch, 'batch') && canBe(channel, 'channel') && canBe(height, 'height') && canBe(width, 'width');
    // One row of many may be anything.
    if (!isMap || (height.length === 0) !== (width.length === 0)) return false;
    assertRole(batch, 'batch');
    assertRole(channel, 'channel');
    assertRole(height, 'height');
    assertRole(width, 'width');
    return true;
  }

  private lookAtNormalisation({ operator: whole, inputs: [first = ''], attributes }: GraphNode): void {
    const operator = whole.slice(whole.lastIndexOf('.') + 1);
    const axes = this.axes.get(first);
    if (axes === undefined) return;
    if (normalisesChannels.has(operator)) {
      if (axes.length === 4) this.assertMap(axes, operator === 'GroupNorm' && attributes['channels_last'] !== 0);
      else if (axes.length > 1 && canBe(axes[1]!, 'channel')) assertRole(axes[1]!, 'channel');
    }
    const axis = Number(attributes['axis'] ?? -1);
    if (normalisesLast.has(operator) && (axis === -1 || axis === axes.length - 1)) this.assertLast(axes);
  }

  private assertLast(axes: readonly Axis[]): void {
    const last = axes.at(-1);
    if (last && canBe(last, 'channel')) assertRole(last, 'channel');
  }

  /** A layer normalisation taken apart begins by taking the mean off. */
  private lookAtDeviation(from: string, mean: string): void {
    const node = this.producers.get(mean);
    const axes = this.axes.get(from);
    if (node?.operator !== 'ReduceMean' || node.inputs[0] !== from || axes === undefined) return;
    const [only, ...others] = this.integers(node, 'axes', 1) ?? [];
    const axis = only === undefined ? undefined : axes.at(only);
    if (axis && others.length === 0 && canBe(axis, 'channel')) assertRole(axis, 'channel');
  }

  private convolution(node: GraphNode, axes: readonly Axis[], isLast: boolean): readonly Axis[] | undefined {
    const [name = ''] = node.outputs;
    const dims = this.dims.get(name);
    if (dims === undefined || dims.length !== axes.length) return undefined;
    const isMap = axes.length === 4 && this.assertMap(axes, isLast);
    const at = isLast ? axes.length - 1 : 1;
    return axes.map((axis, place) => {
      if (place === at) return one(dims[place]!) ? [] : [atom(sizeOf(dims[place]!), 'channel')];
      return place === 0
        ? axis
        : this.moved(node, axis, dims[place]!, place, isMap && (place === (isLast ? 1 : 2) ? 'height' : 'width'));
    });
  }

  private window(node: GraphNode, axes: readonly Axis[], isLast: boolean): readonly Axis[] | undefined {
    const dims = this.dims.get(node.outputs[0] ?? '');
    if (dims === undefined || dims.length !== axes.length) return undefined;
    const isMap = axes.length === 4 && this.assertMap(axes, isLast);
    const channel = isLast ? axes.length - 1 : 1;
    return axes.map((axis, place) => {
      if (place === 0) return axis;
      const role = place === channel ? 'channel' : place === (isLast ? 1 : 2) ? 'height' : 'width';
      return this.moved(node, axis, dims[place]!, place, isMap && role);
    });
  }

  /** An axis behind an operator that may change its size. */
  private moved(
    node: GraphNode,
    axis: Axis,
    dim: Dimension,
    place: number,
    role: false | 'height' | 'width' | 'channel',
  ): Axis {
    if (this.dims.get(node.inputs[0] ?? '')?.[place] === dim && dim !== '') return axis;
    return one(dim) ? [] : [role ? atom(sizeOf(dim), role) : atom(sizeOf(dim))];
  }

  private globalPool({ outputs }: GraphNode, axes: readonly Axis[]): readonly Axis[] {
    if (axes.length === 4) this.assertMap(axes, false);
    return (
      this.agreeing(
        outputs[0] ?? '',
        axes.map((axis, at) => (at < 2 ? axis : [])),
      ) ?? axes
    );
  }

  private reduction(node: GraphNode, axes: readonly Axis[]): readonly Axis[] | undefined {
    const isArg = node.operator.startsWith('Arg');
    const listed = isArg ? [Number(node.attributes['axis'] ?? 0)] : this.integers(node, 'axes', 1);
    const dims = this.dims.get(node.outputs[0] ?? '');
    const reduced = new Set((listed ?? []).map((axis) => (axis < 0 ? axis + axes.length : axis)));
    const keeps = node.attributes['keepdims'] !== 0;
    if (listed === undefined)
      return dims && keeps ? axes.map((axis, at) => (one(dims[at] ?? '') ? [] : axis)) : undefined;
    if (node.operator === 'ReduceMean' && axes.length === 4 && reduced.size === 2) {
      if (reduced.has(2) && reduced.has(3)) this.averaged.push([axes[2]!, axes[3]!]);
      if (reduced.has(1) && reduced.has(2)) this.averaged.push([axes[1]!, axes[2]!]);
    }
    return axes.flatMap((axis, at) => (reduced.has(at) ? (keeps ? [[]] : []) : [axis]));
  }

  private transposed({ attributes }: GraphNode, axes: readonly Axis[]): readonly Axis[] {
    const { perm } = attributes;
    const order = Array.isArray(perm) ? (perm as readonly number[]) : axes.map((_, at) => axes.length - 1 - at);
    return order.map((axis) => axes[axis] ?? []);
  }

  private reshaped({ outputs }: GraphNode, axes: readonly Axis[]): readonly Axis[] | undefined {
    const dims = this.dims.get(outputs[0] ?? '');
    return dims && regrouped(axes, dims.map(sizeOf));
  }

  private inserted(node: GraphNode, axes: readonly Axis[]): readonly Axis[] | undefined {
    const listed = this.integers(node, 'axes', 1);
    if (listed === undefined) return undefined;
    if (node.operator === 'Squeeze') {
      const gone = new Set(listed.map((axis) => (axis < 0 ? axis + axes.length : axis)));
      return axes.filter((_, at) => !gone.has(at));
    }
    const rank = axes.length + listed.length;
    const added = new Set(listed.map((axis) => (axis < 0 ? axis + rank : axis)));
    const rest = [...axes];
    return Array.from({ length: rank }, (_, at) => (added.has(at) ? [] : rest.shift()!));
  }

  private slice(node: GraphNode, axes: readonly Axis[]): readonly Axis[] | undefined {
    const [before, after] = [this.dims.get(node.inputs[0] ?? ''), this.dims.get(node.outputs[0] ?? '')];
    if (after?.length !== axes.length) return undefined;
    const starts = this.integers(node, 'starts', 1);
    const cut = this.integers(node, 'axes', 3) ?? starts?.map((_, at) => at);
    const steps = this.integers(node, 'steps', 4);
    return axes.map((axis, place) => {
      const [from, to] = [before?.[place], after[place]!];
      if (from === to && to !== '') {
        const at = cut?.findIndex((each) => (each < 0 ? each + axes.length : each) === place) ?? -1;
        // Backwards is another order.
        return (steps?.[at] ?? 1) < 0 ? this.fresh([to])[0]! : axis;
      }
      const length = typeof to === 'number' ? to : undefined;
      const at = cut?.findIndex((each) => (each < 0 ? each + axes.length : each) === place);
      if (starts === undefined || at === undefined || at === -1) return one(to) ? [] : this.guessed(axis, to);
      const step = steps?.[at] ?? 1;
      if (step < 0) return this.fresh([to])[0]!;
      const size = typeof from === 'number' ? from : undefined;
      const start = starts[at]! < 0 ? (size === undefined ? undefined : Math.max(0, starts[at]! + size)) : starts[at]!;
      if (size === undefined && step === 1) return one(to) ? [] : this.guessed(axis, to);
      return this.piece(node.outputs[0]!, place, sliced(axis, step === 1 ? start : undefined, length, size));
    });
  }

  /** A piece of an axis; of one element it is no axis, but is remembered for whoever puts it together with others. */
  private piece(name: string, place: number, cut: Axis): Axis {
    if (lengthOf(cut) !== 1) return cut;
    this.pieces.set(`${place} of ${name}`, cut);
    return [];
  }

  /** What is cut where the graph does not say from where: all tokens of a grid, if there are so many; some piece otherwise. */
  private guessed(axis: Axis, to: Dimension): Axis {
    const wanted = sizeOf(to);
    const [only] = leavesOf(axis);
    const full = only?.segments?.filter(
      ({ of, isFull, length }) => of && isFull && length !== undefined && length === numberOf(wanted),
    );
    if (full?.length === 1) return full[0]!.of!;
    return sliced(axis, undefined, numberOf(wanted), undefined);
  }

  private parts(node: GraphNode, axes: readonly Axis[]): readonly (readonly Axis[] | undefined)[] {
    const axis = axisOf(node, axes.length, 0);
    const size = this.dims.get(node.inputs[0] ?? '')?.[axis];
    let start: number | undefined = 0;
    return node.outputs.map((name) => {
      const length = this.dims.get(name)?.[axis];
      if (typeof length !== 'number' || typeof size !== 'number' || start === undefined) {
        start = undefined;
        return undefined;
      }
      const part = this.piece(name, axis, sliced(axes[axis]!, start, length, size));
      start += length;
      return axes.map((each, at) => (at === axis ? part : each));
    });
  }

  private padded(node: GraphNode, axes: readonly Axis[]): readonly Axis[] | undefined {
    const [before, after] = [this.dims.get(node.inputs[0] ?? ''), this.dims.get(node.outputs[0] ?? '')];
    if (after?.length !== axes.length) return undefined;
    const pads = this.integers(node, 'pads', 1);
    const placed = this.integers(node, 'axes', 3) ?? axes.map((_, at) => at);
    return axes.map((axis, place) => {
      const [from, to] = [before?.[place], after[place]!];
      if (from === to && to !== '') return axis;
      const at = placed.findIndex((each) => (each < 0 ? each + axes.length : each) === place);
      const [head, tail] = [pads?.[at], pads?.[at + placed.length]];
      if (head !== undefined && tail !== undefined && head < 0) return sliced(axis, undefined, undefined, undefined);
      const length = typeof from === 'number' ? from : undefined;
      return concatenated(
        [
          { axis: undefined, length: head },
          { axis, length },
          { axis: undefined, length: tail },
        ].filter((each) => each.length !== 0),
        sizeOf(to),
      );
    });
  }

  private concat(node: GraphNode): readonly Axis[] | undefined {
    const dims = this.dims.get(node.outputs[0] ?? '');
    const computed = node.inputs.filter((name) => this.axes.get(name)?.length === dims?.length);
    if (dims === undefined || computed.length === 0) return undefined;
    const read = computed.map((name) => this.axes.get(name)!);
    const sizes = computed.map((name) => this.dims.get(name));
    const isAxisKnown = typeof node.attributes['axis'] === 'number';
    const differs = dims.findIndex((dim, at) => sizes.some((each) => each?.[at] !== dim));
    const axis = isAxisKnown ? axisOf(node, dims.length, 0) : differs;
    if (axis === -1) return read[0];
    const operands = this.operands(node, computed, axis, dims[axis]!);
    return dims.map((dim, at) =>
      at === axis ? concatenated(operands, sizeOf(dim)) : met(read.map((axes) => axes[at]!)),
    );
  }

  /** What is put one behind the other, neighbours of unknown length as one; if that is all that is not known, it has what is left. */
  private operands(node: GraphNode, computed: readonly string[], axis: number, dim: Dimension) {
    const found: { readonly axis: Axis | undefined; length: number | undefined }[] = [];
    for (const name of node.inputs) {
      const own = computed.includes(name)
        ? (this.pieces.get(`${axis} of ${name}`) ?? this.axes.get(name)![axis])
        : undefined;
      const length = this.dims.get(name)?.[axis] ?? this.graph.constant(name)?.dims.at(axis);
      const last = found.at(-1);
      if (
        own === undefined &&
        typeof length !== 'number' &&
        last &&
        last.axis === undefined &&
        last.length === undefined
      )
        continue;
      found.push({ axis: own, length: typeof length === 'number' ? length : undefined });
    }
    const open = found.filter(({ length }) => length === undefined);
    if (typeof dim === 'number' && open.length === 1) {
      open[0]!.length = found.reduce((left, { length = 0 }) => left - length, dim);
    }
    return found;
  }

  private gathered(node: GraphNode, axes: readonly Axis[]): readonly Axis[] | undefined {
    const [data = '', at = ''] = node.inputs;
    const dims = this.dims.get(node.outputs[0] ?? '');
    const axis = axisOf(node, axes.length, 0);
    const indices = this.graph.constant(at);
    const added = indices ? indices.dims.length : dims === undefined ? 0 : dims.length - axes.length + 1;
    if (added < 0 || (dims && dims.length !== axes.length - 1 + added)) return undefined;
    if (added === 1) {
      const values = indices && [...(indices.data as Iterable<number | bigint>)].map(Number);
      const size = this.dims.get(data)?.[axis];
      const isRun = values?.every((value, place) => value === values[0]! + place && value >= 0) ?? false;
      const number = typeof size === 'number' ? size : undefined;
      const run = isRun
        ? this.piece(node.outputs[0]!, axis, sliced(axes[axis]!, values![0], values!.length, number))
        : undefined;
      const chosen = run ?? this.fresh([dims?.[axis] ?? ''])[0]!;
      return axes.map((each, place) => (place === axis ? chosen : each));
    }
    const slid = added === 2 ? (indices ? windowOf(indices) : this.windowAt(at)) : undefined;
    const role = slid && axes[axis]!.length === 1 ? placeOf(axes[axis]![0]!) : undefined;
    const between = Array.from({ length: added }, (_, place) => {
      const dim = dims?.[axis + place] ?? '';
      // Windows along height or width: one index counts windows in their order, the other what lies in one.
      if (place === slid && !one(dim) && role?.isOutermost && (role.role === 'height' || role.role === 'width'))
        return [atom(sizeOf(dim), role.role)];
      return this.fresh([dim])[0]!;
    });
    return [...axes.slice(0, axis), ...between, ...axes.slice(axis + 1)];
  }

  /** The same of indices that the graph computes: how far windows are apart, and `[0, 1, ...]` within one across them. */
  private windowAt(name: string): number | undefined {
    const sum = this.producers.get(name);
    if (sum?.operator !== 'Add') return undefined;
    for (const [within, apart] of [sum.inputs, sum.inputs.toReversed()]) {
      const inner = this.graph.constant(within ?? '');
      const [rows = 0, columns = 0] = inner?.dims ?? [];
      if (inner?.dims.length !== 2 || Math.min(rows, columns) !== 1 || windowStep(inner) !== 1) continue;
      const unsqueeze = this.producers.get(apart ?? '');
      const range = unsqueeze?.operator === 'Unsqueeze' ? this.producers.get(unsqueeze.inputs[0] ?? '') : undefined;
      const step = range?.operator === 'Range' ? this.graph.constant(range.inputs[2] ?? '') : undefined;
      if (step && Number(step.data[0]) >= Math.max(rows, columns)) return columns === 1 ? 1 : 0;
    }
    return undefined;
  }

  private spread(node: GraphNode, axes: readonly Axis[]): readonly Axis[] | undefined {
    const [before, after] = [this.dims.get(node.inputs[0] ?? ''), this.dims.get(node.outputs[0] ?? '')];
    if (after === undefined || before === undefined) return undefined;
    const added = after.length - axes.length;
    return after.map((dim, at) => {
      const from = at - added;
      return from >= 0 && before[from] === dim ? axes[from]! : this.fresh([dim])[0]!;
    });
  }

  private elementwise({ inputs, outputs }: GraphNode): readonly Axis[] | undefined {
    const [name = ''] = outputs;
    const computed = inputs.filter((input) => this.axes.has(input));
    if (computed.length === 0) return undefined;
    const dims = this.dims.get(name);
    if (dims === undefined) return computed.length === 1 ? this.axes.get(computed[0]!) : undefined;
    const read = computed.flatMap((input) => {
      const axes = this.axes.get(input)!;
      const own = this.dims.get(input);
      const added = dims.length - axes.length;
      const fits =
        added >= 0 &&
        (own ?? []).every(
          (dim, at) =>
            dim === 1 || typeof dim === 'string' || typeof dims[at + added] === 'string' || dim === dims[at + added],
        );
      return fits ? [{ axes, own, added }] : [];
    });
    if (read.length < computed.length) return undefined;
    return dims.map((dim, at) => {
      if (one(dim)) return [];
      const others = read.flatMap(({ axes, added }) => {
        const axis = at < added ? [] : axes[at - added]!;
        return axis.length > 0 ? [axis] : [];
      });
      return others.length > 0 ? met(others) : this.fresh([dim])[0]!;
    });
  }

  private product(node: GraphNode, operator: string): readonly Axis[] | undefined {
    const [output = ''] = node.outputs;
    const dims = this.dims.get(output);
    if (operator === 'Einsum') return this.einsum(node, dims);
    if (attentions.has(operator)) return this.attention(node, dims);
    const [left = '', right = ''] = operator === 'QLinearMatMul' ? [node.inputs[0], node.inputs[3]] : node.inputs;
    const [one, other] = [this.axes.get(left), this.axes.get(right)];
    if (dims === undefined) return undefined;
    if (one && !other) {
      const isTurned = node.attributes['transA'] === 1;
      return this.dense(isTurned ? one.toReversed() : one, dims);
    }
    if (!one && other) {
      // Weights from the left mix the last axis but one.
      const across =
        other.length > 1
          ? other.map((axis, at) => (at < other.length - 2 ? axis : other[other.length * 2 - 3 - at]!))
          : other;
      if (operator === 'Gemm') return undefined;
      const mixed = this.dense(across, [...dims.slice(0, -2), ...dims.slice(-2).toReversed()]);
      return mixed && [...mixed.slice(0, -2), ...mixed.slice(-2).toReversed()];
    }
    if (!one || !other) return undefined;
    for (const axis of [one.at(-2), one.at(-1), other.at(-2), other.at(-1)]) attend(axis);
    const stacked = dims.slice(0, -2).map((dim, at) => {
      const found = [one, other].flatMap((axes) => {
        const place = at - (dims.length - axes.length);
        return place >= 0 && axes[place]!.length > 0 ? [axes[place]!] : [];
      });
      return found.length > 0 ? met(found) : this.fresh([dim])[0]!;
    });
    return [...stacked, renewed(one.at(-2) ?? []), ...(dims.length > 1 ? [renewed(other.at(-1) ?? [])] : [])];
  }

  /** A product with weights over the last axis. */
  private dense(axes: readonly Axis[], dims: readonly Dimension[]): readonly Axis[] | undefined {
    const last = axes.at(-1);
    if (last === undefined || dims.length !== axes.length) return undefined;
    const isChannel = canBe(last, 'channel');
    if (isChannel) assertRole(last, 'channel');
    const size = dims.at(-1)!;
    if (one(size)) return [...axes.slice(0, -1), []];
    return [...axes.slice(0, -1), [isChannel ? atom(sizeOf(size), 'channel') : { ...atom(sizeOf(size)), mixed: true }]];
  }

  /** The states at every step, `[T, D, N, H]`, and behind the last one; with the batch first where `layout` is 1. */
  private recurrence(
    { inputs, outputs, attributes }: GraphNode,
    axes: readonly Axis[],
  ): readonly (readonly Axis[])[] | undefined {
    const [every, ...last] = outputs.map((name) => this.dims.get(name));
    const dims = every ?? last.find((each) => each !== undefined);
    const before = this.dims.get(inputs[0] ?? '');
    if (axes.length !== 3 || before === undefined || dims === undefined) return undefined;
    const isBatchFirst = attributes['layout'] === 1;
    // Columns stay columns; of places in a row, whatever was read before is in each state.
    const isOfPlaces = (axis: Axis) =>
      ['height', 'width'].every((role) => leavesOf(axis).some((each) => roleOf(each) === role));
    const [first, second] = axes.map((axis, at) =>
      isOfPlaces(axis) ? [{ ...atom(sizeOf(before[at]!)), mixed: true }] : axis,
    );
    const [steps, batch] = (isBatchFirst ? [second, first] : [first, second]) as readonly [Axis, Axis];
    const directions = dims.at(isBatchFirst ? -2 : -3)!;
    const [hidden] = this.dense([axes[2]!], [dims.at(-1)!]) ?? [];
    if (hidden === undefined) return undefined;
    // Both directions give channels.
    const both: Axis = one(directions) ? [] : [atom(sizeOf(directions), 'channel')];
    const states = isBatchFirst ? [batch, both, hidden] : [both, batch, hidden];
    return [isBatchFirst ? [batch, steps, both, hidden] : [steps, both, batch, hidden], states, states];
  }

  private einsum(node: GraphNode, dims: readonly Dimension[] | undefined): readonly Axis[] | undefined {
    const [from = '', to] = String(node.attributes['equation'] ?? '')
      .replaceAll(' ', '')
      .split('->');
    if (dims === undefined || to === undefined || from.includes('.') || to.length !== dims.length) return undefined;
    const known = new Map<string, Axis[]>();
    const computed: Axis[] = [];
    const terms = from.split(',');
    const read = terms.flatMap((term, at) => {
      const axes = this.axes.get(node.inputs[at] ?? '');
      return axes?.length === term.length ? [{ term, axes }] : [];
    });
    for (const { term, axes } of read) {
      [...term].forEach((label, at) => known.set(label, [...(known.get(label) ?? []), axes[at]!]));
    }
    if (read.length === 1) {
      const gone = [...known].filter(([label]) => !to.includes(label)).map(([, [axis]]) => axis!);
      // A product with weights, over what is not there afterwards.
      if (gone.length === 1 && canBe(gone[0]!, 'channel')) assertRole(gone[0]!, 'channel');
      append(computed, gone);
    } else if (read.length > 1) for (const axes of known.values()) for (const axis of axes) attend(axis);
    const isMixing = computed.some((axis) => !canBe(axis, 'channel'));
    return [...to].map((label, at) => {
      const found = known.get(label)?.filter((axis) => axis.length > 0);
      if (found && found.length > 0) return met(found);
      if (one(dims[at]!)) return [];
      return [
        isMixing
          ? { ...atom(sizeOf(dims[at]!)), mixed: true }
          : atom(sizeOf(dims[at]!), read.length === 1 ? 'channel' : undefined),
      ];
    });
  }

  private attention(node: GraphNode, dims: readonly Dimension[] | undefined): readonly Axis[] | undefined {
    const axes = this.axes.get(node.inputs[0] ?? '');
    if (axes === undefined || dims?.length !== axes.length) return undefined;
    for (const name of node.inputs.slice(0, 3)) attend(this.axes.get(name)?.at(-2));
    return [...axes.slice(0, -1), one(dims.at(-1)!) ? [] : [atom(sizeOf(dims.at(-1)!), 'channel')]];
  }

  /** Axes that a result keeps, unless its sizes say otherwise. */
  private agreeing(name: string, axes: readonly Axis[]): readonly Axis[] | undefined {
    const dims = this.dims.get(name);
    return dims === undefined || dims.length === axes.length ? axes : undefined;
  }

  private unknown(name: string): readonly Axis[] | undefined {
    const dims = this.dims.get(name);
    if (dims === undefined) return undefined;
    const axes = this.fresh(dims);
    const batch = this.batches.get(dims[0] ?? 1);
    return batch && typeof dims[0] === 'string' ? [[batch], ...axes.slice(1)] : axes;
  }

  private fresh(dims: readonly Dimension[]): readonly Axis[] {
    return dims.map((dim) => (one(dim) ? [] : [atom(sizeOf(dim))]));
  }

  private integers({ inputs, attributes }: GraphNode, attribute: string, input: number): readonly number[] | undefined {
    const own = attributes[attribute];
    if (typeof own === 'number') return [own];
    if (Array.isArray(own)) return own.map(Number);
    const name = inputs[input];
    const value = name ? this.graph.constant(name) : undefined;
    return value && [...(value.data as Iterable<number | bigint>)].map(Number);
  }
}

/** Which of two axes of indices counts windows that are slid along what is gathered from: the one with the larger steps, 0 or 1. */
function windowOf({ dims, data }: Tensor): number | undefined {
  const [rows = 0, columns = 0, ...more] = dims;
  if (dims.length !== 2 || more.length > 0 || rows < 1 || columns < 1) return undefined;
  const at = (row: number, column: number) => Number(data[row * columns + column]);
  const [down, right] = [rows > 1 ? at(1, 0) - at(0, 0) : 0, columns > 1 ? at(0, 1) - at(0, 0) : 0];
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      if (at(row, column) !== at(0, 0) + row * down + column * right) return undefined;
    }
  }
  if (down < 0 || right < 0 || at(0, 0) < 0) return undefined;
  // Within a window neighbours are neighbours; windows do not overlap, or which is which cannot be told.
  if (down === 1 && right >= rows) return 1;
  return right === 1 && down >= columns ? 0 : undefined;
}

/** What the elements of a row or column of indices are apart, where they begin at zero. */
function windowStep({ data }: Tensor): number | undefined {
  const values = [...(data as Iterable<number | bigint>)].map(Number);
  const step = values.length > 1 ? values[1]! : 1;
  return values.every((value, at) => value === at * step) ? step : undefined;
}

function one(dim: Dimension): boolean {
  return dim === 1;
}

function axisOf({ attributes }: GraphNode, rank: number, otherwise: number): number {
  const axis = Number(attributes['axis'] ?? otherwise);
  return axis < 0 ? axis + rank : axis;
}

/** Axes that meet element by element; what a mixing product made counts as what it is added to. */
function met(axes: readonly Axis[]): Axis {
  const [first = [], ...others] = axes.filter((axis) => axis.length > 0);
  for (const other of others) unify(first, other);
  return first;
}

function attend(axis: Axis | undefined): void {
  for (const each of axis ? leavesOf(axis) : []) each.attended = true;
}

/** Channels that a product of two activations hands on are no longer parts of those that it read. */
function renewed(axis: Axis): Axis {
  return leavesOf(axis).map((each) => (roleOf(each) === 'channel' ? atom(each.size, 'channel') : each));
}
