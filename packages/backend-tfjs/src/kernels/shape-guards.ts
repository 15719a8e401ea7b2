import * as tf from '@tensorflow/tfjs-core';

/** What a kernel was asked to work on. */
interface KernelUse {
  readonly inputs: Readonly<Record<string, tf.Tensor | undefined>>;
  readonly attrs: Readonly<Record<string, unknown>>;
}

/** What does not fit in words, or undefined; throws what TensorFlow.js says of it. */
type Guard = (use: KernelUse) => string | undefined;

/** The most elements that a kernel may make of less: 2 GiB of float32. */
export const largestResult = 2 ** 29;

/** What is wrong with the shapes that a kernel is to work on, none of which every engine checks; undefined where they fit. */
export function misfit(kernelName: string, inputs: tf.NamedTensorMap, attrs: object): string | undefined {
  try {
    const use = { inputs, attrs: attrs as Readonly<Record<string, unknown>> };
    return stepsMisfit(use.attrs) ?? guards.get(kernelName)?.(use);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** What an engine holds sizes in. */
const largestStep = 2 ** 31 - 1;

/** Windows, which alone are padded, slide and spread by whole numbers. */
function stepsMisfit(attrs: KernelUse['attrs']): string | undefined {
  for (const name of ['strides', 'dilations', 'filterSize']) {
    if (!('pad' in attrs) || attrs[name] === undefined || attrs[name] === null) continue;
    const steps = [attrs[name]].flat() as number[];
    const isFitting = steps.every((step) => Number.isInteger(step) && step >= 1 && step <= largestStep);
    if (!isFitting) return `${name} ${shown(steps)}`;
  }
  return undefined;
}

const guards = new Map<string, Guard>();

function guard(names: readonly string[], check: Guard): void {
  for (const name of names) guards.set(name, check);
}

type Four = [number, number, number, number];

const shown = (shape: readonly number[]) => `[${shape.join(', ')}]`;

function isRepeated(part: readonly number[], whole: readonly number[]): boolean {
  return part.length <= whole.length && part.every((size, at) => size === 1 || size === whole.at(at - part.length));
}

interface WindowAttributes {
  readonly strides: [number, number] | number;
  readonly pad: Parameters<typeof tf.backend_util.computeConv2DInfo>[4];
  readonly dataFormat?: 'NHWC' | 'NCHW' | null;
  readonly dilations?: [number, number] | number | null;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil' | null;
}

function convolved(x: readonly number[], filter: readonly number[], attrs: KernelUse['attrs'], depthwise: boolean) {
  const { strides, pad, dataFormat, dilations, dimRoundingMode } = attrs as unknown as WindowAttributes;
  const format = dataFormat === 'NCHW' ? 'channelsFirst' : 'channelsLast';
  return tf.backend_util.computeConv2DInfo(
    [...x] as Four,
    [...filter] as Four,
    strides,
    dilations ?? 1,
    pad,
    dimRoundingMode ?? undefined,
    depthwise,
    format,
  );
}

function windowMisfit(
  {
    x,
    filter,
    attrs,
    bias,
    gradient,
  }: {
    readonly x: readonly number[];
    readonly filter: readonly number[];
    readonly attrs: KernelUse['attrs'];
    readonly bias?: readonly number[] | undefined;
    readonly gradient?: readonly number[] | undefined;
  },
  depthwise: boolean,
): string | undefined {
  if (x.length !== 4 || filter.length !== 4) return `an image ${shown(x)} and a filter ${shown(filter)}`;
  const isFirst = attrs['dataFormat'] === 'NCHW';
  const channels = x[isFirst ? 1 : 3]!;
  // Filters of grouped convolutions read a part of the channels.
  const isFitting = depthwise ? channels === filter[2] : filter[2]! > 0 && channels % filter[2]! === 0;
  if (!isFitting) return `${channels} channels for a filter ${shown(filter)} that reads ${filter[2]!}`;
  const { outShape, outHeight, outWidth, outChannels } = convolved(x, filter, attrs, depthwise);
  const isWhole = outHeight >= 1 && outWidth >= 1;
  if (!isWhole)
    return `a window of ${filter[0]} x ${filter[1]}${spread(attrs)} on an image ${shown(x)}: larger than it`;
  if (bias !== undefined && !isRepeated(bias, isFirst ? [outChannels, 1, 1] : [outChannels])) {
    if (bias.join() !== `${outChannels}`) return `a bias ${shown(bias)} for ${outChannels} channels`;
  }
  if (gradient !== undefined && gradient.join() !== outShape.join()) {
    return `a gradient ${shown(gradient)} of what is ${shown(outShape)}`;
  }
  return undefined;
}

function spread({ dilations }: KernelUse['attrs']): string {
  const rates = [dilations ?? 1].flat() as number[];
  return rates.some((rate) => rate !== 1) ? ` with dilations ${shown(rates)}` : '';
}

for (const [depthwise, names] of [
  [false, [tf.Conv2D, tf.FusedConv2D]],
  [true, [tf.DepthwiseConv2dNative, tf.FusedDepthwiseConv2D]],
] as const) {
  guard(names, ({ inputs: { x, filter, bias }, attrs }) =>
    windowMisfit({ x: x!.shape, filter: filter!.shape, bias: bias?.shape, attrs }, depthwise),
  );
}
guard([tf.Conv2DBackpropInput], ({ inputs: { dy, filter }, attrs }) =>
  windowMisfit({ x: attrs['inputShape'] as number[], filter: filter!.shape, gradient: dy!.shape, attrs }, false),
);
guard([tf.DepthwiseConv2dNativeBackpropInput], ({ inputs: { dy, filter }, attrs }) =>
  windowMisfit({ x: attrs['inputShape'] as number[], filter: filter!.shape, gradient: dy!.shape, attrs }, true),
);
guard([tf.Conv2DBackpropFilter], ({ inputs: { x, dy }, attrs }) =>
  windowMisfit({ x: x!.shape, filter: attrs['filterShape'] as number[], gradient: dy!.shape, attrs }, false),
);
guard([tf.DepthwiseConv2dNativeBackpropFilter], ({ inputs: { x, dy }, attrs }) =>
  windowMisfit({ x: x!.shape, filter: attrs['filterShape'] as number[], gradient: dy!.shape, attrs }, true),
);
guard([tf.Conv3D], ({ inputs: { x, filter }, attrs }) => {
  const { strides, pad, dilations } = attrs as unknown as { strides: number; pad: 'same'; dilations?: number | null };
  type Five = [number, number, number, number, number];
  if (x!.shape[4] !== filter!.shape[3]) return `an image ${shown(x!.shape)} for a filter ${shown(filter!.shape)}`;
  const { outDepth, outHeight, outWidth } = tf.backend_util.computeConv3DInfo(
    x!.shape as Five,
    filter!.shape as Five,
    strides,
    dilations ?? 1,
    pad,
  );
  const isWhole = Math.min(outDepth, outHeight, outWidth) >= 1;
  return isWhole ? undefined : `a window ${shown(filter!.shape.slice(0, 3))} on an image ${shown(x!.shape)}`;
});
guard([tf.MaxPool, tf.AvgPool, tf.MaxPoolGrad, tf.AvgPoolGrad], ({ inputs: { x, input, dy }, attrs }) => {
  const { filterSize, strides, pad, dimRoundingMode } = attrs as unknown as WindowAttributes & {
    readonly filterSize: [number, number] | number;
  };
  const { shape } = (input ?? x)!;
  if (shape.length !== 4) return `a pooling of ${shown(shape)}`;
  const { outShape, outHeight, outWidth } = tf.backend_util.computePool2DInfo(
    shape as Four,
    filterSize,
    strides,
    1,
    pad,
    dimRoundingMode ?? undefined,
  );
  if (!(outHeight >= 1 && outWidth >= 1)) {
    return `a window of ${[filterSize].flat().join(' x ')} on an image ${shown(shape)}: larger than it`;
  }
  const isFitting = dy === undefined || dy.shape.join() === outShape.join();
  return isFitting ? undefined : `a gradient ${shown(dy.shape)} of what is ${shown(outShape)}`;
});
guard([tf.MaxPool3D, tf.AvgPool3D], ({ inputs: { x }, attrs }) => {
  const { filterSize, strides, pad } = attrs as unknown as { filterSize: number; strides: number; pad: 'same' };
  const { outDepth, outHeight, outWidth } = tf.backend_util.computePool3DInfo(
    x!.shape as [number, number, number, number, number],
    filterSize,
    strides,
    1,
    pad,
  );
  const isWhole = Math.min(outDepth, outHeight, outWidth) >= 1;
  return isWhole ? undefined : `a window of ${[filterSize].flat().join(' x ')} on an image ${shown(x!.shape)}`;
});
guard([tf.Dilation2D], ({ inputs: { x, filter }, attrs }) => {
  const { strides, pad, dilations } = attrs as unknown as tf.Dilation2DAttrs;
  const { outHeight, outWidth } = tf.backend_util.computeDilation2DInfo(
    x!.shape as Four,
    filter!.shape as [number, number, number],
    strides,
    pad,
    'NHWC',
    dilations,
  );
  const isWhole = outHeight >= 1 && outWidth >= 1;
  return isWhole ? undefined : `a window ${shown(filter!.shape)} on an image ${shown(x!.shape)}: larger than it`;
});

guard([tf.FusedBatchNorm], ({ inputs: { x, ...parts } }) => {
  for (const [name, part] of Object.entries(parts)) {
    if (part !== undefined && !isRepeated(part.shape, x!.shape)) {
      return `${name} ${shown(part.shape)} for a tensor ${shown(x!.shape)}`;
    }
  }
  return undefined;
});
guard([tf.Prelu], ({ inputs: { x, alpha } }) =>
  isRepeated(alpha!.shape, x!.shape) ? undefined : `slopes ${shown(alpha!.shape)} for a tensor ${shown(x!.shape)}`,
);
guard([tf.BatchMatMul, tf._FusedMatMul], ({ inputs: { a, b, bias }, attrs }) => {
  const [rows, left] = turned(a!.shape, attrs['transposeA']);
  const [right, columns] = turned(b!.shape, attrs['transposeB']);
  if (left !== right) return `${shown(a!.shape)} times ${shown(b!.shape)}: ${left} columns for ${right} rows`;
  tf.broadcast_util.assertAndGetBroadcastShape(a!.shape.slice(0, -2), b!.shape.slice(0, -2));
  const isFitting = bias === undefined || isRepeated(bias.shape, [rows!, columns!]) || bias.rank > 2;
  return isFitting ? undefined : `a bias ${shown(bias.shape)} for ${columns} columns`;
});

function turned(shape: readonly number[], isTurned: unknown): readonly (number | undefined)[] {
  const [rows, columns] = shape.slice(-2);
  return isTurned === true ? [columns, rows] : [rows, columns];
}

guard([tf.Slice], ({ inputs: { x }, attrs }) => {
  const { begin, size } = attrs as unknown as tf.SliceAttrs;
  const [from = [], sizes = []] = tf.slice_util.parseSliceParams(x!, begin, size);
  const isInside =
    from.length === x!.rank &&
    from.every((first, axis) => first >= 0 && sizes[axis]! >= 0 && first + sizes[axis]! <= x!.shape[axis]!);
  return isInside ? undefined : `a slice from ${shown(from)} of size ${shown(sizes)} of a tensor ${shown(x!.shape)}`;
});
guard([tf.StridedSlice], ({ attrs }) =>
  (attrs['strides'] as number[]).includes(0) ? 'a slice in steps of 0' : undefined,
);
guard([tf.Transpose], ({ inputs: { x }, attrs }) => {
  const { perm } = attrs as unknown as tf.TransposeAttrs;
  const isOrder = perm.length === x!.rank && x!.shape.every((_, axis) => perm.includes(axis));
  return isOrder ? undefined : `the order ${shown(perm)} for a tensor ${shown(x!.shape)}`;
});
guard([tf.PadV2, tf.MirrorPad], ({ inputs: { x }, attrs }) => {
  const { paddings, mode } = attrs as unknown as { paddings: [number, number][]; mode?: 'reflect' | 'symmetric' };
  const most = (axis: number) =>
    mode === undefined ? Infinity : mode === 'reflect' ? x!.shape[axis]! - 1 : x!.shape[axis]!;
  const isFitting =
    paddings.length === x!.rank && paddings.every((pair, axis) => pair.every((by) => by >= 0 && by <= most(axis)));
  if (!isFitting) return `padding by ${JSON.stringify(paddings)} around a tensor ${shown(x!.shape)}`;
  return tooLarge(x!.shape.map((size, axis) => size + paddings[axis]![0] + paddings[axis]![1]));
});
guard([tf.Tile], ({ inputs: { x }, attrs }) => {
  const { reps } = attrs as unknown as tf.TileAttrs;
  if (reps.length !== x!.rank || reps.some((times) => !(times >= 0))) {
    return `repetitions ${shown(reps)} of a tensor ${shown(x!.shape)}`;
  }
  return tooLarge(x!.shape.map((size, axis) => size * reps[axis]!));
});
guard([tf.Fill], ({ attrs }) => sizesMisfit(attrs['shape'] as number[]));
guard([tf.ResizeBilinear, tf.ResizeNearestNeighbor], ({ inputs: { images }, attrs }) => {
  const [batch = 0, height = 0, width = 0, channels = 0] = images!.shape;
  const size = attrs['size'] as number[];
  if (![...size, height, width].every((count) => count >= 1)) {
    return `images ${shown(images!.shape)} resized to ${shown(size)}`;
  }
  return tooLarge([batch, ...size, channels]);
});
guard([tf.OneHot], ({ inputs: { indices }, attrs }) => sizesMisfit([...indices!.shape, Number(attrs['depth'])]));
guard([tf.Range], ({ attrs }) => {
  const { start, stop, step } = attrs as unknown as tf.RangeAttrs;
  return step === 0 ? 'a range in steps of 0' : tooLarge([Math.max(0, Math.ceil((stop - start) / step))]);
});
guard([tf.LinSpace], ({ attrs }) => sizesMisfit([Number(attrs['num'])]));
guard([tf.Cumsum, tf.Cumprod, tf.ArgMax, tf.ArgMin], ({ inputs: { x }, attrs }) => {
  const axis = Number(attrs['axis']);
  return axis >= -x!.rank && axis < x!.rank ? undefined : `the axis ${axis} of a tensor ${shown(x!.shape)}`;
});
guard([tf.Sum, tf.Mean, tf.Max, tf.Min, tf.Prod, tf.All, tf.Any], ({ inputs: { x }, attrs }) => {
  const axes = [attrs['axis'] ?? attrs['reductionIndices'] ?? []].flat() as number[];
  const places = new Set(axes.map((axis) => (axis < 0 ? axis + x!.rank : axis)));
  const isFitting = places.size === axes.length && axes.every((axis) => axis >= -x!.rank && axis < x!.rank);
  return isFitting ? undefined : `the axes ${shown(axes)} of a tensor ${shown(x!.shape)}`;
});
guard([tf.DepthToSpace], ({ inputs: { x }, attrs }) => {
  const block = Number(attrs['blockSize']);
  const channels = x!.shape[attrs['dataFormat'] === 'NCHW' ? 1 : 3]!;
  const isFitting = block >= 1 && channels % (block * block) === 0;
  return isFitting ? undefined : `blocks of ${block} x ${block} of ${channels} channels`;
});

function sizesMisfit(shape: readonly number[]): string | undefined {
  const isShape = shape.every((size) => Number.isSafeInteger(size) && size >= 0);
  return isShape ? tooLarge(shape) : `a tensor of the shape ${shown(shape)}`;
}

function tooLarge(shape: readonly number[]): string | undefined {
  const count = shape.reduce((product, size) => product * size, 1);
  return count <= largestResult ? undefined : `a tensor ${shown(shape)}, of more than ${largestResult} elements`;
}

guard([tf.GatherV2], ({ inputs: { x, indices }, attrs }) => {
  const axis = Number(attrs['axis'] ?? 0);
  const size = x!.shape[axis < 0 ? axis + x!.rank : axis];
  if (size === undefined) return `the axis ${axis} of a tensor ${shown(x!.shape)}`;
  return outside(indices!, [size]);
});
guard([tf.GatherNd], ({ inputs: { params, indices } }) => {
  const depth = indices!.shape.at(-1) ?? 0;
  if (depth > params!.rank) return `indices of ${depth} axes into a tensor ${shown(params!.shape)}`;
  return outside(indices!, params!.shape.slice(0, depth));
});
guard([tf.ScatterNd], ({ inputs: { indices, updates }, attrs }) => {
  const shape = attrs['shape'] as number[];
  const depth = indices!.rank > 1 ? indices!.shape.at(-1)! : 1;
  if (depth > shape.length) return `indices of ${depth} axes into a tensor ${shown(shape)}`;
  const batch = indices!.rank > 1 ? indices!.shape.slice(0, -1) : indices!.shape;
  const wanted = [...batch, ...shape.slice(depth)];
  if (updates!.shape.join() !== wanted.join()) return `values ${shown(updates!.shape)} for places ${shown(wanted)}`;
  return sizesMisfit(shape) ?? outside(indices!, shape.slice(0, depth));
});
guard([tf.TensorScatterUpdate], ({ inputs: { tensor, indices } }) =>
  outside(indices!, tensor!.shape.slice(0, indices!.shape.at(-1) ?? 0)),
);
guard(
  [tf.CropAndResize],
  ({ inputs: { image, boxInd }, attrs }) =>
    sizesMisfit(attrs['cropSize'] as number[]) ?? outside(boxInd!, [image!.shape[0]!]),
);
guard([tf.UnsortedSegmentSum], ({ attrs }) => sizesMisfit([Number(attrs['numSegments'])]));

/** Which index lies outside of what it counts; the last axis of several counts one axis each. */
function outside(indices: tf.Tensor, sizes: readonly number[]): string | undefined {
  const values = indices.dataSync();
  for (let at = 0; at < values.length; at += 1) {
    const size = sizes[at % sizes.length]!;
    if (!(values[at]! >= 0 && values[at]! < size)) return `the index ${values[at]} where there are ${size} places`;
  }
  return undefined;
}
