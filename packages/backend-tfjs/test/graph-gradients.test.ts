import { describe, expect, it } from '@jest/globals';
import { TfjsBackend } from '@understory/backend-tfjs';
import { graphKinds } from '../src/graph-model/graph-kinds.ts';
import { gradientError, type Range } from './check-gradient.ts';
import { disagreement } from './engines-agree.ts';
import { engines } from './engines.ts';
import { attribute, graphModelFile, type ConstSpec, type NodeSpec } from './models.ts';

const { ints, text, texts, bool, float, int, type } = attribute;

interface Row {
  readonly what: string;
  readonly operator: string;
  readonly dims: readonly number[];
  readonly range: Range;
  readonly constants: Readonly<Record<string, ConstSpec>>;
  readonly nodes: readonly NodeSpec[];
  /** Whether the batch is written into the file, because the operator works along it. */
  readonly isFixed: boolean;
}

interface RowOptions {
  readonly isFixed?: boolean;
  readonly what?: string;
  readonly dims?: readonly number[];
  readonly range?: Range;
  readonly attr?: NodeSpec['attr'];
  /** The inputs in order; `x` where absent. Those that are constants are named after themselves. */
  readonly input?: readonly string[];
  readonly constants?: Readonly<Record<string, ConstSpec>>;
  readonly before?: readonly NodeSpec[];
  readonly after?: readonly NodeSpec[];
}

const image = [2, 6, 5, 4];
const float32 = { T: type('DT_FLOAT') };

function row(operator: string, options: RowOptions = {}): Row {
  const {
    what = '',
    dims = [2, 3, 4],
    range = 'any',
    attr = {},
    constants = {},
    before = [],
    after = [],
    isFixed = false,
  } = options;
  const input = options.input ?? ['x', ...Object.keys(constants)];
  return {
    ...{ operator, dims, range, constants, isFixed },
    what: `${operator} ${what}`.trim(),
    nodes: [...before, { name: 'y', op: operator, input, attr: { ...float32, ...attr } }, ...after],
  };
}

const whole = (...values: number[]): ConstSpec => ({ shape: [values.length], values, dtype: 'int32' });
const number = (value: number): ConstSpec => ({ shape: [], values: [value], dtype: 'int32' });
const window = (padding: string, stride: number, rate = 1) => ({
  strides: ints(1, stride, stride, 1),
  dilations: ints(1, rate, rate, 1),
  padding: text(padding),
  data_format: text('NHWC'),
});
const fused = (padding: string, stride: number, rate: number, ...names: string[]) => ({
  ...window(padding, stride, rate),
  fused_ops: texts(...names),
  num_args: int(1),
  leakyrelu_alpha: float(0.2),
});
const filter = { filter: { shape: [3, 3, 4, 3] } };
const depth = { filter: { shape: [3, 3, 4, 2] } };
const perChannel = { bias: { shape: [3] } };
const pool = (padding: string, size: number, stride: number) => ({
  ...window(padding, stride),
  ksize: ints(1, size, size, 1),
});
const slices = (begin: number[], end: number[], strides: number[]) => ({
  dims: image,
  constants: { begin: whole(...begin), end: whole(...end), strides: whole(...strides) },
});
const masks = (values: Readonly<Record<string, number>>) =>
  Object.fromEntries(
    ['begin_mask', 'end_mask', 'ellipsis_mask', 'new_axis_mask', 'shrink_axis_mask'].map((name) => [
      name,
      int(values[name] ?? 0),
    ]),
  );

const first = (attr: NonNullable<RowOptions['attr']>, strides = 1) => ({
  ...attr,
  ...{ strides: ints(1, 1, strides, strides), dilations: ints(1, 1, 1, 1), data_format: text('NCHW') },
});

/** Images that lie channels first. */
const channelsFirst: readonly Row[] = [
  row('Conv2D', { dims: [2, 4, 6, 5], attr: first({ padding: text('SAME') }, 2), constants: filter }),
  row('Conv2D', {
    dims: [2, 4, 6, 5],
    attr: {
      ...first({ padding: text('EXPLICIT') }),
      ...{ dilations: ints(1, 1, 2, 1), explicit_paddings: ints(0, 0, 0, 0, 1, 2, 0, 1) },
    },
    constants: filter,
  }),
  row('DepthwiseConv2dNative', { dims: [2, 4, 6, 5], attr: first({ padding: text('SAME') }), constants: depth }),
  row('_FusedConv2D', {
    dims: [2, 4, 6, 5],
    attr: first(fused('SAME', 1, 1, 'BiasAdd', 'Elu')),
    constants: { ...filter, ...perChannel },
  }),
  row('_FusedConv2D', {
    dims: [2, 4, 6, 5],
    attr: first(fused('SAME', 1, 1, 'BiasAdd')),
    constants: { ...filter, ...perChannel },
  }),
  row('Conv2DBackpropInput', {
    dims: [2, 4, 3, 3],
    attr: first({ padding: text('SAME') }, 2),
    input: ['size', 'filter', 'x'],
    constants: { size: whole(2, 3, 6, 5), filter: { shape: [3, 3, 3, 4] } },
    isFixed: true,
  }),
  row('MaxPool', { dims: [2, 4, 6, 5], attr: first({ padding: text('SAME'), ksize: ints(1, 1, 3, 2) }, 2) }),
  row('AvgPool', { dims: [2, 4, 6, 5], attr: first({ padding: text('VALID'), ksize: ints(1, 1, 3, 2) }) }),
  row('BiasAdd', { dims: [2, 4, 3, 4], attr: { data_format: text('NCHW') }, constants: { bias: { shape: [4] } } }),
  row('FusedBatchNormV3', {
    dims: [2, 4, 3, 3],
    attr: { epsilon: float(0.001), data_format: text('NCHW'), is_training: bool(false) },
    constants: {
      ...{ scale: { shape: [4] }, offset: { shape: [4] }, mean: { shape: [4] } },
      variance: { shape: [4], values: [0.5, 1, 2, 3] },
    },
  }),
  row('DepthToSpace', { dims: [2, 8, 3, 2], attr: { block_size: int(2), data_format: text('NCHW') } }),
].map((one) => ({ ...one, what: `${one.what} of images that lie channels first` }));

const rows: readonly Row[] = [
  ...['Abs', 'Cos', 'Elu', 'Erf', 'Exp', 'Expm1', 'Identity', 'Neg', 'Relu', 'Relu6', 'Selu', 'Sigmoid', 'Sin'].map(
    (op) => row(op),
  ),
  ...['Snapshot', 'Softplus', 'Square', 'Tanh', 'Atan', 'Asinh', 'Cosh', 'Sinh'].map((op) => row(op)),
  ...['Log', 'Log1p', 'Reciprocal', 'Rsqrt', 'Sqrt'].map((op) => row(op, { range: 'positive' })),
  ...['Acos', 'Asin', 'Atanh', 'Tan'].map((op) => row(op, { range: 'small' })),
  row('Acosh', {
    range: 'positive',
    constants: { one: { shape: [], values: [1] } },
    input: ['moved'],
    before: [{ name: 'moved', op: 'Add', input: ['x', 'one'], attr: float32 }],
  }),
  row('EnsureShape', { attr: { shape: { shape: { dim: [{ size: '-1' }, { size: '3' }, { size: '4' }] } } } }),
  row('FakeQuantWithMinMaxVars', { constants: { low: { shape: [], values: [-6] }, high: { shape: [], values: [6] } } }),
  row('Atan2', { constants: { c: { shape: [4], values: [1, -2, 3, 0.5] } } }),
  ...['FloorMod', 'Mod'].map((op) => row(op, { constants: { c: { shape: [4], values: [1.3, -2, 3, 0.7] } } })),
  ...['Add', 'AddV2', 'BiasAdd', 'Maximum', 'Minimum', 'Mul', 'Sub', 'SquaredDifference'].map((op) =>
    row(op, { constants: { c: { shape: [4] } } }),
  ),
  ...['Div', 'DivNoNan', 'RealDiv'].map((op) => row(op, { constants: { c: { shape: [4], values: [1, -2, 3, 0.5] } } })),
  row('DivNoNan', { what: 'by zero', constants: { c: { shape: [4], values: [1, 0, 3, 0] } } }),
  row('Pow', { what: 'to whole numbers', constants: { c: { shape: [4], values: [0, 1, 2, 3] } } }),
  row('AddN', { input: ['x', 'x'], attr: { N: int(2) } }),
  row('Pow', { range: 'positive', constants: { c: { shape: [4], values: [2, 1.5, -1, 3] } } }),
  row('Mul', { what: 'of itself', input: ['x', 'x'] }),
  row('Prelu', { constants: { alpha: { shape: [4], values: [0.1, 0.3, -0.2, 0.5] } } }),
  row('Prelu', { what: 'with a slope a row', constants: { alpha: { shape: [3, 1], values: [0.1, 0.3, -0.2] } } }),
  row('LeakyRelu', { attr: { alpha: float(0.3) } }),
  row('ClipByValue', { constants: { low: { shape: [], values: [-0.7] }, high: { shape: [], values: [0.8] } } }),
  row('Softmax'),
  row('LogSoftmax'),
  row('Cast', { attr: { SrcT: type('DT_FLOAT'), DstT: type('DT_FLOAT') } }),
  ...['SAME', 'VALID'].flatMap((padding) => [
    row('Conv2D', { what: padding, dims: image, attr: window(padding, 1), constants: filter }),
    row('Conv2D', { what: `${padding}, stride 2`, dims: image, attr: window(padding, 2), constants: filter }),
    row('Conv2D', { what: `${padding}, dilated`, dims: image, attr: window(padding, 1, 2), constants: filter }),
    row('DepthwiseConv2dNative', { what: padding, dims: image, attr: window(padding, 1), constants: depth }),
    row('DepthwiseConv2dNative', {
      what: `${padding}, stride 2`,
      dims: image,
      attr: window(padding, 2),
      constants: depth,
    }),
    row('DepthwiseConv2dNative', {
      what: `${padding}, dilated`,
      dims: image,
      attr: window(padding, 1, 2),
      constants: depth,
    }),
    row('MaxPool', { what: `${padding}, overlapping`, dims: image, attr: pool(padding, 3, 2) }),
    row('MaxPool', { what: `${padding}, of what is below zero`, dims: [2, 6, 6, 1], attr: pool(padding, 2, 1) }),
    row('AvgPool', { what: `${padding}, overlapping`, dims: image, attr: pool(padding, 3, 2) }),
    row('AvgPool', { what: padding, dims: image, attr: pool(padding, 2, 2) }),
  ]),
  ...['SAME', 'VALID'].map((padding) =>
    row('Conv2DBackpropInput', {
      what: padding,
      dims: [2, 3, 3, 4],
      attr: window(padding, 2),
      input: ['size', 'filter', 'x'],
      constants: {
        size: whole(2, ...(padding === 'SAME' ? [6, 5] : [7, 7]), 3),
        filter: { shape: [3, 3, 3, 4] },
      },
      isFixed: true,
    }),
  ),
  ...['Conv2D', 'DepthwiseConv2dNative'].flatMap((op) =>
    [
      { dims: [2, 6, 8, 4], size: 2, stride: 3 },
      { dims: [2, 7, 8, 4], size: 3, stride: 4 },
    ].map(({ dims, size, stride }) =>
      row(op, {
        what: `of ${size} at every ${stride}`,
        ...{ dims, attr: window('SAME', stride), constants: { filter: { shape: [size, size, 4, 3] } } },
      }),
    ),
  ),
  ...['_FusedConv2D', 'FusedDepthwiseConv2dNative'].map((op) =>
    row(op, {
      what: 'of 2 at every 3',
      ...{ dims: [2, 6, 8, 4], attr: fused('SAME', 3, 1, 'BiasAdd', 'Elu') },
      constants:
        op === '_FusedConv2D'
          ? { filter: { shape: [2, 2, 4, 3] }, ...perChannel }
          : { filter: { shape: [2, 2, 4, 1] }, bias: { shape: [4] } },
    }),
  ),
  row('Conv2DBackpropInput', {
    what: 'of 2 at every 3',
    dims: [2, 2, 3, 4],
    attr: window('SAME', 3),
    input: ['size', 'filter', 'x'],
    constants: { size: whole(2, 6, 8, 3), filter: { shape: [2, 2, 3, 4] } },
    isFixed: true,
  }),
  ...['Conv2D', 'DepthwiseConv2dNative', '_FusedConv2D'].map((op) =>
    row(op, {
      what: 'padded by number',
      dims: image,
      attr: {
        ...(op === '_FusedConv2D' ? fused('EXPLICIT', 2, 1, 'BiasAdd') : window('EXPLICIT', 2)),
        explicit_paddings: ints(0, 0, 1, 2, 0, 1, 0, 0),
      },
      constants: { ...filter, ...(op === '_FusedConv2D' ? perChannel : {}) },
    }),
  ),
  row('_FusedConv2D', {
    what: 'dilated, with an activation alone',
    ...{ dims: image, attr: { ...fused('SAME', 1, 2, 'Elu'), num_args: int(0) }, constants: filter },
  }),
  ...channelsFirst,
  row('DepthwiseConv2d', { dims: image, attr: window('SAME', 1), constants: depth }),
  row('_FusedConv2D', {
    dims: image,
    attr: fused('SAME', 1, 1, 'BiasAdd', 'Relu'),
    constants: { ...filter, ...perChannel },
  }),
  row('_FusedConv2D', {
    what: 'without activation',
    ...{ dims: image, attr: fused('SAME', 2, 1, 'BiasAdd'), constants: { ...filter, ...perChannel } },
  }),
  row('_FusedConv2D', {
    what: 'dilated, without activation',
    ...{ dims: image, attr: fused('SAME', 1, 2, 'BiasAdd'), constants: { ...filter, ...perChannel } },
  }),
  row('_FusedConv2D', {
    what: 'leaky',
    ...{ dims: image, attr: fused('VALID', 1, 1, 'BiasAdd', 'LeakyRelu'), constants: { ...filter, ...perChannel } },
  }),
  row('_FusedConv2D', {
    what: 'with a bias of four axes',
    dims: image,
    attr: fused('SAME', 2, 1, 'BiasAdd', 'Relu6'),
    constants: { ...filter, bias: { shape: [1, 1, 1, 3] } },
  }),
  ...['_FusedHardSwish', 'GeluExact', 'GeluApproximate', 'Tanh'].map((activation) =>
    row('_FusedConv2D', {
      what: `with ${activation}`,
      ...{ dims: image, attr: fused('SAME', 1, 1, 'BiasAdd', activation), constants: { ...filter, ...perChannel } },
    }),
  ),
  row('_FusedConv2D', {
    what: 'with an activation alone',
    ...{ dims: image, attr: { ...fused('SAME', 1, 1, 'Relu'), num_args: int(0) }, constants: filter },
  }),
  row('_FusedConv2D', {
    what: 'with batch normalisation',
    dims: image,
    attr: { ...fused('SAME', 1, 1, 'FusedBatchNorm', 'Relu'), epsilon: float(0.001) },
    constants: {
      ...filter,
      ...{ scale: { shape: [3] }, offset: { shape: [3] }, mean: { shape: [3] } },
      variance: { shape: [3], values: [0.5, 1, 2] },
    },
  }),
  row('FusedDepthwiseConv2dNative', {
    what: 'with PReLU',
    dims: image,
    attr: { ...fused('SAME', 1, 1, 'BiasAdd', 'Prelu'), num_args: int(2) },
    constants: { ...depth, bias: { shape: [8] }, alpha: { shape: [8] } },
  }),
  row('FusedDepthwiseConv2dNative', {
    ...{ dims: image, attr: fused('SAME', 1, 1, 'BiasAdd', 'Relu6'), constants: { ...depth, bias: { shape: [8] } } },
  }),
  row('FusedDepthwiseConv2dNative', {
    what: 'without activation',
    ...{ dims: image, attr: fused('SAME', 2, 1, 'BiasAdd'), constants: { ...depth, bias: { shape: [8] } } },
  }),
  row('MatMul', {
    dims: [3, 4],
    attr: { transpose_a: bool(false), transpose_b: bool(true) },
    constants: { matrix: { shape: [5, 4] } },
  }),
  row('_FusedMatMul', {
    dims: [3, 4],
    attr: { fused_ops: texts('BiasAdd', 'Relu'), num_args: int(1), transpose_a: bool(false), transpose_b: bool(false) },
    constants: { matrix: { shape: [4, 5] }, bias: { shape: [5] } },
  }),
  row('_FusedMatMul', {
    what: 'with GELU',
    dims: [3, 4],
    attr: {
      fused_ops: texts('BiasAdd', 'GeluExact'),
      num_args: int(1),
      transpose_a: bool(false),
      transpose_b: bool(false),
    },
    constants: { matrix: { shape: [4, 5] }, bias: { shape: [5] } },
  }),
  ...['BatchMatMul', 'BatchMatMulV2'].map((op) =>
    row(op, { attr: { adj_x: bool(false), adj_y: bool(true) }, input: ['x', 'x'] }),
  ),
  row('BatchMatMulV2', {
    what: 'of matrices that are repeated',
    ...{ dims: [2, 1, 3, 4], attr: { adj_x: bool(false), adj_y: bool(false) } },
    constants: { matrices: { shape: [1, 2, 4, 5] } },
  }),
  row('Einsum', { attr: { equation: text('nij,jk->nik'), N: int(2) }, constants: { matrix: { shape: [4, 5] } } }),
  ...['FusedBatchNorm', 'FusedBatchNormV2', 'FusedBatchNormV3'].map((op) =>
    row(op, {
      dims: image,
      attr: { epsilon: float(0.001), data_format: text('NHWC'), is_training: bool(false) },
      constants: {
        scale: { shape: [4] },
        offset: { shape: [4] },
        mean: { shape: [4] },
        variance: { shape: [4], values: [0.5, 1, 2, 3] },
      },
    }),
  ),
  ...['NHWC', 'NCHW'].map((format) =>
    row('FusedBatchNormV3', {
      what: `by statistics of its own, ${format}`,
      dims: [2, 4, 5, 4],
      attr: { epsilon: float(0.001), data_format: text(format), is_training: bool(true) },
      constants: { scale: { shape: [4] }, offset: { shape: [4] }, mean: { shape: [0] }, variance: { shape: [0] } },
    }),
  ),
  row('LRN', { dims: image, attr: { depth_radius: int(2), bias: float(1), alpha: float(0.2), beta: float(0.75) } }),
  ...['Mean', 'Sum', 'Max', 'Min'].flatMap((op) => [
    row(op, { what: 'over places', dims: image, attr: { keep_dims: bool(false) }, constants: { axes: whole(1, 2) } }),
    row(op, { what: 'over the last axis', attr: { keep_dims: bool(true) }, constants: { axes: whole(-1) } }),
  ]),
  row('EuclideanNorm', { dims: image, attr: { keep_dims: bool(true) }, constants: { axes: whole(3) } }),
  row('Reshape', { constants: { shape: whole(-1, 12) } }),
  row('Squeeze', { dims: [2, 1, 1, 5], attr: { squeeze_dims: ints(1, 2) } }),
  row('ExpandDims', { constants: { axis: number(1) } }),
  row('Transpose', { dims: image, constants: { perm: whole(0, 3, 1, 2) } }),
  row('ConcatV2', { input: ['x', 'x', 'axis'], attr: { N: int(2) }, constants: { axis: number(-1) } }),
  row('Concat', { input: ['axis', 'x', 'x'], attr: { N: int(2) }, constants: { axis: number(2) } }),
  row('Pad', { dims: image, constants: { pads: { shape: [4, 2], values: [0, 0, 1, 2, 0, 1, 0, 0], dtype: 'int32' } } }),
  row('PadV2', {
    dims: image,
    constants: {
      pads: { shape: [4, 2], values: [0, 0, 2, 1, 1, 0, 0, 0], dtype: 'int32' },
      value: { shape: [], values: [0.5] },
    },
  }),
  ...['REFLECT', 'SYMMETRIC'].map((mode) =>
    row('MirrorPad', {
      what: mode,
      dims: image,
      attr: { mode: text(mode) },
      constants: { pads: { shape: [4, 2], values: [0, 0, 2, 1, 1, 3, 0, 0], dtype: 'int32' } },
    }),
  ),
  ...['ResizeBilinear', 'ResizeNearestNeighbor'].flatMap((op) =>
    [
      { what: 'larger', size: [9, 7], corners: false, centres: false },
      { what: 'smaller', size: [4, 3], corners: false, centres: false },
      { what: 'by the corners', size: [9, 7], corners: true, centres: false },
      { what: 'by the centres', size: [9, 8], corners: false, centres: true },
    ].map(({ what, size, corners, centres }) =>
      row(op, {
        what,
        dims: image,
        attr: { align_corners: bool(corners), half_pixel_centers: bool(centres) },
        constants: { size: whole(...size) },
      }),
    ),
  ),
  row('Slice', { dims: image, constants: { begin: whole(0, 1, 0, 2), size: whole(-1, 3, 5, 2) } }),
  row('StridedSlice', { ...slices([0, 1, 0, 0], [2, 6, 5, 4], [1, 2, 2, 1]), attr: masks({}) }),
  row('StridedSlice', { what: 'backwards', ...slices([0, 5, 4, 0], [2, 0, -6, 4], [1, -2, -1, 1]), attr: masks({}) }),
  row('StridedSlice', {
    what: 'with masks',
    ...slices([0, 2, 0, 1], [0, 0, 0, 0], [1, 1, 1, 1]),
    attr: masks({ begin_mask: 1, end_mask: 1 + 2 + 4, shrink_axis_mask: 8 }),
  }),
  row('GatherV2', { dims: image, constants: { places: whole(3, 0, 3, 5, 3), axis: number(1) } }),
  row('GatherV2', { what: 'from the end', constants: { places: whole(2, 0, 2), axis: number(-1) } }),
  ...[
    { dims: [2, 5, 3], axis: 1 },
    { dims: [2, 3, 5], axis: -1 },
  ].map(({ dims, axis }) =>
    row('GatherV2', {
      what: `of every sample along ${axis}`,
      ...{ dims, attr: { batch_dims: int(1) }, isFixed: true },
      constants: { places: { shape: [2, 2], values: [0, 3, 2, 2], dtype: 'int32' }, axis: number(axis) },
    }),
  ),
  row('Gather', { isFixed: true, constants: { places: whole(1, 1) } }),
  row('GatherNd', {
    constants: { places: { shape: [2, 2, 2], values: [1, 2, 0, 1, 1, 2, 0, 0], dtype: 'int32' } },
    isFixed: true,
  }),
  row('MatrixBandPart', { dims: [2, 4, 4], constants: { lower: number(1), upper: number(0) } }),
  row('Tile', { constants: { repeats: whole(1, 2, 3) } }),
  row('Tile', { what: 'of rank 5', dims: [2, 2, 1, 2, 2], constants: { repeats: whole(1, 2, 3, 1, 2) } }),
  row('BroadcastTo', { dims: [2, 1, 4], constants: { shape: whole(2, 3, 4) } }),
  row('DepthToSpace', { dims: image, attr: { block_size: int(2), data_format: text('NHWC') } }),
  ...['SpaceToBatchND', 'BatchToSpaceND'].map((operator) => ({
    ...row(operator, { dims: [2, 4, 4, 2] }),
    constants: { block: whole(2, 2), pads: { shape: [2, 2], values: [0, 0, 2, 0], dtype: 'int32' as const } },
    nodes: [
      { name: 'blocks', op: 'SpaceToBatchND', input: ['x', 'block', 'pads'], attr: float32 },
      { name: 'squares', op: 'Square', input: ['blocks'], attr: float32 },
      { name: 'y', op: 'BatchToSpaceND', input: ['squares', 'block', 'pads'], attr: float32 },
    ],
  })),
  row('Reverse', { constants: { axes: whole(1) } }),
  row('ReverseV2', { constants: { axes: whole(1, 2) } }),
  row('TopKV2', {
    attr: { sorted: bool(true) },
    constants: { k: number(2) },
    after: [
      { name: 'places', op: 'Cast', input: ['y:1'], attr: { SrcT: type('DT_INT32'), DstT: type('DT_FLOAT') } },
      { name: 'z', op: 'Mul', input: ['y', 'places'], attr: float32 },
    ],
  }),
  ...[1, 2, -1, -2].flatMap((axis) =>
    [false, true].flatMap((exclusive) =>
      [false, true].map((reverse) =>
        row('Cumsum', {
          what: `along ${axis}${exclusive ? ', exclusive' : ''}${reverse ? ', reverse' : ''}`,
          ...{ attr: { exclusive: bool(exclusive), reverse: bool(reverse) }, constants: { axis: number(axis) } },
        }),
      ),
    ),
  ),
  row('Cumsum', { attr: { exclusive: bool(false), reverse: bool(true) }, constants: { axis: number(2) } }),
  row('Split', {
    attr: { num_split: int(2) },
    input: ['axis', 'x'],
    constants: { axis: number(2) },
    after: [{ name: 'z', op: 'Mul', input: ['y:0', 'y:1'], attr: float32 }],
  }),
  row('SplitV', {
    attr: { num_split: int(2) },
    constants: { sizes: whole(1, 3), axis: number(2) },
    after: [{ name: 'z', op: 'Mul', input: ['y:0', 'y:1'], attr: float32 }],
  }),
  row('SplitV', {
    what: 'into one part',
    attr: { num_split: int(1) },
    constants: { sizes: whole(4), axis: number(-1) },
  }),
  row('Split', {
    what: 'into one part',
    ...{ attr: { num_split: int(1) }, input: ['axis', 'x'], constants: { axis: number(2) } },
  }),
  row('Unpack', { what: 'into one part', dims: [2, 1, 3], attr: { num: int(1), axis: int(1) } }),
  row('Unpack', { what: 'from the end', dims: [2, 3, 1], attr: { num: int(1), axis: int(-1) } }),
  row('Pack', { input: ['x', 'x'], attr: { N: int(2), axis: int(1) } }),
  row('Unpack', {
    attr: { num: int(3), axis: int(1) },
    after: [{ name: 'z', op: 'Mul', input: ['y:0', 'y:2'], attr: float32 }],
  }),
  ...['Select', 'SelectV2'].map((op) => ({
    ...row(op, {
      input: ['above', 'x', 'twice'],
      constants: { zero: { shape: [], values: [0] }, two: { shape: [], values: [2] } },
    }),
    nodes: [
      { name: 'above', op: 'Greater', input: ['x', 'zero'], attr: float32 },
      { name: 'twice', op: 'Mul', input: ['x', 'two'], attr: float32 },
      { name: 'y', op, input: ['above', 'x', 'twice'], attr: float32 },
    ],
  })),
];

describe.each(engines)('gradients on %s', (engine) => {
  it.each(rows)(
    'of $what agree with finite differences',
    async ({ operator, dims, range, constants, nodes, isFixed }) => {
      const file = graphModelFile({ input: [isFixed ? dims[0]! : -1, ...dims.slice(1)], constants, nodes });
      const open = new TfjsBackend().open(file, { devices: [engine] });
      if (operator === 'Einsum' && engine === 'wasm') {
        await expect(open).rejects.toMatchObject({
          code: 'OPERATOR_UNSUPPORTED',
          found: expect.stringContaining('wasm'),
        });
        return;
      }
      const model = await open;
      expect(await gradientError(model, dims, range)).toBeLessThan(0.01);
      await model.close();
    },
  );
});

it.each(rows)('values of $what are the same on every engine', async ({ dims, range, constants, nodes, isFixed }) => {
  const file = graphModelFile({ input: [isFixed ? dims[0]! : -1, ...dims.slice(1)], constants, nodes });
  for (const [engine, distance] of Object.entries(await disagreement(file, dims, range))) {
    expect({ engine, isClose: distance < 1e-4 }).toEqual({ engine, isClose: true });
  }
});

it('has a row for every operator that is said to have a gradient', () => {
  const checked = new Set(rows.map(({ operator }) => operator));
  const said = Object.entries(graphKinds).flatMap(([name, { passage }]) => (passage === 'passes' ? [name] : []));
  expect(said.filter((name) => !checked.has(name))).toEqual([]);
});
