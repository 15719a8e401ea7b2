import { writeActivation, writeClip } from '../layers-model/activations.ts';
import {
  convolution,
  elementwise,
  globalPool,
  imageAxis,
  keepingChannels,
  pooling,
  type WindowAttributes,
} from '../onnx-view/operations.ts';
import type { GraphKind, GraphUse } from './graph-kind.ts';

const kinds: Record<string, GraphKind> = {};

/** The operators that are known; of others nothing is known but that TensorFlow.js computes them. */
export const graphKinds: Readonly<Record<string, GraphKind>> = kinds;

function define(names: string, kind: GraphKind): void {
  for (const name of names.split(' ')) kinds[name] = kind;
}

/** Element by element, under the name that ONNX has. */
const plain: Readonly<Record<string, string>> = {
  ...{ Abs: 'Abs', Acos: 'Acos', Acosh: 'Acosh', Add: 'Add', AddN: 'Sum', AddV2: 'Add', Asin: 'Asin', Asinh: 'Asinh' },
  ...{ Atan: 'Atan', Atanh: 'Atanh', BiasAdd: 'Add', Cos: 'Cos', Cosh: 'Cosh', Div: 'Div', Elu: 'Elu', Erf: 'Erf' },
  ...{ Exp: 'Exp', Identity: 'Identity', Log: 'Log', Sinh: 'Sinh' },
  ...{ Maximum: 'Max', Minimum: 'Min', Mul: 'Mul', Neg: 'Neg', Pow: 'Pow', Prelu: 'PRelu', RealDiv: 'Div' },
  ...{ Reciprocal: 'Reciprocal', Relu: 'Relu', Selu: 'Selu', Sigmoid: 'Sigmoid', Sin: 'Sin', Softplus: 'Softplus' },
  ...{ Sqrt: 'Sqrt', Sub: 'Sub', Tan: 'Tan', Tanh: 'Tanh', Snapshot: 'Identity' },
};
for (const [name, operator] of Object.entries(plain)) {
  define(name, {
    passage: 'passes',
    write: ({ view, inputs, output }) => void elementwise(view, operator, inputs, output),
  });
}
define('Atan2 Expm1 FloorMod Log1p Mod Rsqrt Square SquaredDifference DivNoNan', {
  passage: 'passes',
  write: ({ view, inputs, output, operator }) => void elementwise(view, operator, inputs, output),
});
define('Relu6', { passage: 'passes', write: ({ view, inputs: [x = ''], output }) => writeClip(view, x, output, 0, 6) });
// TensorFlow.js hands on what it would round.
define('FakeQuantWithMinMaxVars', {
  passage: 'passes',
  through: () => [0],
  write: ({ view, inputs: [x = ''], output }) => void elementwise(view, 'Identity', [x], output),
});
define('ClipByValue', { passage: 'passes', through: () => [0], write: writeKeeping });
define('LeakyRelu', {
  passage: 'passes',
  write: ({ view, inputs, output, attribute }) =>
    void elementwise(view, 'LeakyRelu', inputs, output, { alpha: Number(attribute('alpha') ?? 0.2) }),
});
define('Softmax LogSoftmax', {
  passage: 'passes',
  write: ({ view, inputs, output, operator }) =>
    void elementwise(view, operator, inputs, output, { axis: view.images.has(inputs[0]!) ? 1 : -1 }),
});
define('Cast', {
  passage: 'passes',
  write: ({ view, inputs, output }) => void elementwise(view, 'Cast', inputs, output),
});

/** The image and what is added, but not the filter. */
const image = (count: number) => Array.from({ length: count }, (_, at) => at).filter((at) => at !== 1);

define('Conv2D DepthwiseConv2dNative DepthwiseConv2d', {
  passage: 'passes',
  through: image,
  write: (use) => writeConvolution(use, use.output),
});
define('Conv2DBackpropInput', {
  passage: 'passes',
  through: () => [2],
  write: ({ view, inputs: [, filter = '', x = ''], output, attribute }) => {
    const strides = (attribute('strides') as readonly number[]).slice(1, 3);
    const kernel = { name: filter, value: () => view.constant(filter) };
    convolution(view, x, kernel, output, 'transposed', { strides, padding: String(attribute('pad')) });
  },
});
define('_FusedConv2D FusedDepthwiseConv2dNative', { passage: 'passes', through: image, write: writeFused });
define('_FusedMatMul', { passage: 'passes', write: writeFusedMatMul });
define('MatMul', {
  passage: 'passes',
  write: ({ view, inputs: [a = '', b = ''], output, attribute }) => {
    const isGemm = attribute('transposeA') === true || attribute('transposeB') === true;
    const turned = {
      transA: attribute('transposeA') === true ? 1 : 0,
      transB: attribute('transposeB') === true ? 1 : 0,
    };
    view.node(isGemm ? 'Gemm' : 'MatMul', [view.asFile(a), view.asFile(b)], output, isGemm ? turned : {});
  },
});
define('BatchMatMul BatchMatMulV2', {
  passage: 'passes',
  write: ({ view, inputs, output, attribute, operator }) => {
    const isPlain = attribute('transposeA') !== true && attribute('transposeB') !== true;
    view.node(
      isPlain ? 'MatMul' : operator,
      inputs.map((name) => view.asFile(name)),
      output,
    );
  },
});
define('Einsum', {
  passage: 'passes',
  write: ({ view, inputs, output, attribute }) =>
    void view.node(
      'Einsum',
      inputs.map((name) => view.asFile(name)),
      output,
      { equation: String(attribute('equation')) },
    ),
});
define('MaxPool AvgPool', {
  passage: 'passes',
  write: ({ view, inputs: [x = ''], output, attribute, operator }) => {
    const size = (attribute('kernelSize') as readonly number[]).slice(1, 3);
    const strides = (attribute('strides') as readonly number[]).slice(1, 3);
    const kind = operator === 'MaxPool' ? 'MaxPool' : 'AveragePool';
    pooling(view, kind, x, output, size, { strides, padding: String(attribute('pad')) });
  },
});
define('FusedBatchNorm FusedBatchNormV2 FusedBatchNormV3', {
  passage: 'passes',
  through: () => [0],
  write: ({ view, inputs: [x = '', ...rest], output, attribute }) =>
    void view.image('BatchNormalization', [view.asImage(x), ...rest], output, {
      epsilon: Number(attribute('epsilon') ?? 1e-3),
    }),
});
define('LRN', { passage: 'passes', write: writeKeeping });
define('EuclideanNorm', { passage: 'passes', through: () => [0] });
define('Mean Sum Max Min', {
  passage: 'passes',
  through: () => [0],
  write: ({ view, inputs: [x = ''], output, attribute, numbers, operator }) => {
    const axes = numbers(1);
    const keeps = attribute('keepDims') === true;
    const rank = view.rank(x) ?? 4;
    const places = axes?.map((axis) => (axis < 0 ? axis + rank : axis)).sort((a, b) => a - b);
    if (view.images.has(x) && places?.join() === '1,2' && (operator === 'Mean' || operator === 'Max')) {
      return void globalPool(view, operator === 'Mean' ? 'Average' : 'Max', x, output, keeps);
    }
    const attributes = { ...(places && { axes: places }), keepdims: keeps ? 1 : 0 };
    return void view.node(`Reduce${operator}`, [view.asFile(x)], output, attributes);
  },
});
define('Reshape', {
  passage: 'passes',
  through: () => [0],
  write: ({ view, inputs: [x = '', shape = ''], output }) => void view.node('Reshape', [view.asFile(x), shape], output),
});
define('Squeeze', {
  passage: 'passes',
  write: ({ view, inputs: [x = ''], output, attribute }) => {
    const axes = (attribute('axis') as readonly number[] | undefined) ?? [];
    const rank = view.rank(x) ?? 4;
    const places = axes.map((axis) => (axis < 0 ? axis + rank : axis));
    const onImage = view.images.has(x) && places.length === 2 && places.every((axis) => axis === 1 || axis === 2);
    if (onImage) return void view.node('Squeeze', [x], output, { axes: [2, 3] });
    return void view.node('Squeeze', [view.asFile(x)], output, places.length > 0 ? { axes: places } : {});
  },
});
define('ExpandDims', {
  passage: 'passes',
  through: () => [0],
  write: ({ view, inputs: [x = ''], output, attribute, numbers }) => {
    const axis = numbers(1)?.[0] ?? Number(attribute('axis') ?? 0);
    view.node('Unsqueeze', [view.asFile(x)], output, { axes: [axis] });
  },
});
define('Transpose', {
  passage: 'passes',
  through: () => [0],
  write: ({ view, inputs: [x = ''], output, numbers }) =>
    void view.node('Transpose', [view.asFile(x)], output, { perm: numbers(1) ?? [] }),
});
define('ConcatV2 Concat', {
  passage: 'passes',
  write: ({ view, inputs, output, numbers, operator }) => {
    const at = operator === 'Concat' ? 0 : inputs.length - 1;
    const parts = inputs.filter((_, place) => place !== at);
    const axis = numbers(at)?.[0] ?? -1;
    if (parts.some((name) => view.images.has(name))) {
      view.image(
        'Concat',
        parts.map((name) => view.asImage(name)),
        output,
        { axis: imageAxis(axis) },
      );
    } else view.node('Concat', parts, output, { axis });
  },
});
define('Pad PadV2', {
  passage: 'passes',
  through: () => [0],
  write: ({ view, inputs: [x = ''], output, numbers, operator }) => {
    const pads = numbers(1) ?? [];
    const isImage = view.images.has(x) && pads.length === 8;
    const order = isImage ? [0, 3, 1, 2] : Array.from({ length: pads.length / 2 }, (_, axis) => axis);
    const onnx = [...order.map((axis) => pads[2 * axis]!), ...order.map((axis) => pads[2 * axis + 1]!)];
    const value = operator === 'PadV2' ? numbers(2)?.[0] : undefined;
    const read = [x, view.integers(`${output}/pads`, onnx), ...(value ? [view.scalar(`${output}/value`, value)] : [])];
    if (isImage) view.image('Pad', read, output);
    else view.node('Pad', [view.asFile(x), ...read.slice(1)], output);
  },
});
define('ResizeBilinear ResizeNearestNeighbor', {
  passage: 'passes',
  through: () => [0],
  write: ({ view, inputs: [x = ''], output, attribute, operator, numbers }) => {
    const size = numbers(1) ?? [];
    const where = attribute('alignCorners') === true ? 'align_corners' : 'asymmetric';
    const coordinates = attribute('halfPixelCenters') === true ? 'half_pixel' : where;
    const sizes = view.integers(`${output}/sizes`, size);
    const mode = operator === 'ResizeBilinear' ? 'linear' : 'nearest';
    const attributes = { mode, coordinate_transformation_mode: coordinates, axes: [2, 3] };
    view.image('Resize', [view.asImage(x), '', '', sizes], output, attributes);
  },
});
// Gradients pass through what is reordered or picked, not through where it is picked from.
define('Slice StridedSlice Gather GatherV2 Tile BroadcastTo Reverse ReverseV2 TopKV2 Cumsum GatherNd MatrixBandPart', {
  passage: 'passes',
  through: () => [0],
});
define('DepthToSpace SpaceToBatchND BatchToSpaceND MirrorPad', {
  passage: 'passes',
  through: () => [0],
  write: writeKeeping,
});
define('Split', { passage: 'passes', through: () => [1] });
define('SplitV', { passage: 'passes', through: () => [0] });
define('Pack Unpack', { passage: 'passes' });
define('Select SelectV2', { passage: 'passes', through: () => [1, 2] });
define(
  'All Any ArgMax ArgMin BitwiseAnd BroadcastArgs Ceil Const Equal Fill Floor FloorDiv Greater GreaterEqual IsFinite IsInf IsNan ' +
    'Less LessEqual LinSpace LogicalAnd LogicalNot LogicalOr NotEqual OneHot Ones OnesLike Placeholder PlaceholderWithDefault Range ' +
    'Rank Rint Round Shape ShapeN Sign Size StopGradient Zeros ZerosLike',
  { passage: 'stops' },
);

function writeConvolution(
  { view, inputs: [x = '', filter = ''], attribute, operator }: GraphUse,
  output: string,
  bias?: string,
): void {
  const isDepthwise = /depthwise/i.test(operator);
  const strides = (attribute('strides') as readonly number[]).slice(1, 3);
  const dilations = (attribute('dilations') as readonly number[] | undefined)?.slice(1, 3);
  const pads = (attribute('explicitPaddings') as readonly number[] | undefined) ?? [];
  const padding = String(attribute('pad'));
  const explicit = padding === 'explicit' && pads.length === 8 ? [pads[2]!, pads[4]!, pads[3]!, pads[5]!] : undefined;
  const window: WindowAttributes = {
    strides,
    padding,
    ...(dilations && { dilations }),
    ...(explicit && { pads: explicit }),
  };
  const kernel = { name: filter, value: () => view.constant(filter) };
  convolution(view, x, kernel, output, isDepthwise ? 'depthwise' : 'plain', window, bias);
}

function fusedOf({ attribute }: GraphUse): { readonly hasBias: boolean; readonly activation: string | undefined } {
  const [extra, activation] = ((attribute('fusedOps') as readonly string[] | undefined) ?? []).map((name) =>
    name.toLowerCase(),
  );
  const hasBias = extra === 'biasadd';
  return { hasBias, activation: hasBias ? activation : extra };
}

function writeFused(use: GraphUse): void {
  const { view, inputs, output } = use;
  const { hasBias, activation } = fusedOf(use);
  const before = activation === undefined || activation === 'linear' ? output : `${output}/Conv`;
  writeConvolution(use, before, hasBias ? inputs[2] : undefined);
  if (before !== output) writeRelu(use, view, before, activation!);
}

function writeFusedMatMul(use: GraphUse): void {
  const {
    view,
    inputs: [a = '', b = '', bias = ''],
    output,
    attribute,
  } = use;
  const { hasBias, activation } = fusedOf(use);
  const before = activation === undefined || activation === 'linear' ? output : `${output}/Gemm`;
  const turned = { transA: attribute('transposeA') === true ? 1 : 0, transB: attribute('transposeB') === true ? 1 : 0 };
  view.node('Gemm', [view.asFile(a), b, ...(hasBias ? [bias] : [])], before, turned);
  if (before !== output) writeRelu(use, view, before, activation!);
}

function writeRelu(
  { inputs, output, attribute }: GraphUse,
  view: GraphUse['view'],
  before: string,
  activation: string,
): void {
  if (activation === 'leakyrelu') {
    elementwise(view, 'LeakyRelu', [before], output, { alpha: Number(attribute('leakyreluAlpha') ?? 0.2) });
  } else if (activation === 'prelu') {
    elementwise(view, 'PRelu', [before, inputs.at(-1)!], output);
  } else {
    writeActivation(view, activation, before, output);
  }
}

function writeKeeping({ view, inputs, output, operator }: GraphUse): void {
  keepingChannels(view, operator, inputs, output);
}
