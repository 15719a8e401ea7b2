import { TensorProto_DataType as DataType } from 'onnx-buf';
import type { AttributeInputs } from '@understory/onnx-autodiff';
import { fed, ints, number, weight, type Input, type Row } from './model.ts';

const image = fed(2, 4, 6, 5);
const tokens = fed(2, 3, 8);
const float = (value: number) => ({ float: value });
const positive = (...dims: readonly number[]): Input => ({ fed: dims, positive: true });

const unary = (operator: string, attributes: AttributeInputs = {}, opset = 18, x: Input = image): readonly Row[] => [
  {
    operator,
    form: Object.keys(attributes).join(', ') || 'as it is',
    inputs: [x],
    attributes,
    opset,
  },
];

const binary = (operator: string, divides = false): readonly Row[] => {
  const other = (input: Input): Input => (input && divides ? { ...input, positive: true } : input);
  return [
    { operator, form: 'same shape', inputs: [image, other(image)] },
    { operator, form: 'a weight a channel', inputs: [image, other(weight(4, 1, 1))] },
    { operator, form: 'a weight along the last axis', inputs: [image, other(weight(5))] },
    { operator, form: 'a number on the left', inputs: [number(1.5), other(image)] },
    { operator, form: 'what is squeezed against an image', inputs: [image, other(fed(2, 4, 1, 1))] },
    { operator, form: 'both stretched', inputs: [fed(2, 1, 5), other(fed(2, 4, 1))] },
  ];
};

const reduction = (operator: string, x: Input = image): readonly Row[] => [
  { operator, form: 'rows and columns, kept', inputs: [x, ints(2, 3)] },
  { operator, form: 'rows and columns', inputs: [x, ints(-1, -2)], attributes: { keepdims: 0 } },
  { operator, form: 'one of the two', inputs: [x, ints(2)], attributes: { keepdims: 0 } },
  { operator, form: 'channels', inputs: [x, ints(1)] },
  {
    operator,
    form: 'the last axis of tokens',
    inputs: [{ ...tokens, ...(x && 'positive' in x && { positive: true }) } as Input, ints(-1)],
  },
];

const conv = (form: string, inputs: readonly Input[], attributes: AttributeInputs = {}): Row => ({
  operator: 'Conv',
  form,
  inputs,
  attributes,
});

const pooling = (operator: string, more: AttributeInputs = {}): readonly Row[] =>
  (
    [
      ['2x2', { kernel_shape: [2, 2], strides: [2, 2] }],
      ['3x3, stride 2, padded', { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] }],
      ['3x2, asymmetric padding', { kernel_shape: [3, 2], pads: [0, 1, 2, 0] }],
      ['2x3, overlapping', { kernel_shape: [2, 3], strides: [1, 2] }],
      ['ceil_mode', { kernel_shape: [3, 3], strides: [2, 2], ceil_mode: 1 }],
      ['ceil_mode, padded', { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 0, 0, 1], ceil_mode: 1 }],
      ['SAME_UPPER', { kernel_shape: [3, 2], strides: [2, 2], auto_pad: 'SAME_UPPER' }],
      ['SAME_LOWER', { kernel_shape: [2, 2], auto_pad: 'SAME_LOWER' }],
      ['VALID', { kernel_shape: [2, 3], strides: [2, 2], auto_pad: 'VALID' }],
    ] as const
  ).map(([form, attributes]) => ({ operator, form, inputs: [image], attributes: { ...attributes, ...more } }));

const resize = (form: string, attributes: AttributeInputs, inputs: readonly Input[]): Row => ({
  operator: 'Resize',
  form,
  inputs: [fed(2, 3, 4, 5), ...inputs],
  attributes,
});
const scales = (...values: readonly number[]): Input => ({
  constant: { type: 'float32', dims: [values.length], values },
});

/** Every operator of the table in the forms that networks use. */
export const rows: readonly Row[] = [
  ...['Abs', 'Cos', 'Erf', 'Exp', 'HardSwish', 'Identity', 'Mish', 'Neg', 'Relu', 'Sigmoid', 'Sin', 'Softplus'].flatMap(
    (operator) => unary(operator),
  ),
  ...['Softsign', 'Tanh', 'Elu', 'Selu', 'HardSigmoid', 'LeakyRelu', 'ThresholdedRelu', 'Dropout'].flatMap((operator) =>
    unary(operator),
  ),
  ...['Log', 'Sqrt', 'Reciprocal'].flatMap((operator) => unary(operator, {}, 18, positive(2, 4, 6, 5))),
  ...unary('Gelu', {}, 20),
  ...unary('Gelu', { approximate: 'tanh' }, 20),
  ...unary('Elu', { alpha: float(0.3) }),
  ...unary('Selu', { alpha: float(0.7), gamma: float(1.3) }),
  ...unary('HardSigmoid', { alpha: float(1 / 6), beta: float(0.4) }),
  ...unary('LeakyRelu', { alpha: float(0.2) }),
  ...unary('Cast', { to: DataType.FLOAT }),
  { operator: 'PRelu', form: 'a slope a channel', inputs: [image, weight(4, 1, 1)] },
  { operator: 'Clip', form: '0 to 1', inputs: [image, number(0), number(1)] },
  { operator: 'Clip', form: 'upper bound', inputs: [image, null, number(0.5)] },
  {
    operator: 'Clip',
    form: 'as attributes',
    inputs: [image],
    attributes: { min: float(-0.5), max: float(1) },
    opset: 7,
  },
  ...binary('Add'),
  ...binary('Sub'),
  ...binary('Mul'),
  ...binary('Div', true),
  ...binary('Max'),
  ...binary('Min'),
  { operator: 'Sum', form: 'three', inputs: [image, weight(4, 1, 1), image] },
  { operator: 'Max', form: 'three', inputs: [image, weight(4, 1, 1), image] },
  { operator: 'Pow', form: 'a square', inputs: [image, number(2)] },
  { operator: 'Pow', form: 'a root', inputs: [positive(2, 4, 6, 5), number(0.5)] },
  { operator: 'Pow', form: 'exponents of its own', inputs: [positive(2, 3, 4), weight(4)] },
  {
    operator: 'Where',
    form: 'a mask of weights',
    inputs: [
      {
        constant: {
          type: 'bool',
          dims: [1, 1, 6, 5],
          values: Array.from({ length: 30 }, (_, at) => Number(at % 3 > 0)),
        },
      },
      image,
      weight(4, 1, 1),
    ],
  },
  conv('3x3, padded', [image, weight(3, 4, 3, 3), weight(3)], { pads: [1, 1, 1, 1] }),
  conv('1x1', [image, weight(3, 4, 1, 1)]),
  conv('stride 2, padded on both sides', [fed(2, 3, 8, 8), weight(4, 3, 3, 3)], {
    strides: [2, 2],
    pads: [1, 1, 1, 1],
  }),
  conv('7x7 as ResNet begins', [fed(2, 3, 14, 14), weight(4, 3, 7, 7)], { strides: [2, 2], pads: [3, 3, 3, 3] }),
  conv('asymmetric padding', [image, weight(3, 4, 3, 2)], { pads: [0, 2, 1, 0] }),
  conv('strides of their own', [image, weight(3, 4, 2, 3)], { strides: [1, 2] }),
  conv('dilation', [fed(2, 4, 9, 8), weight(3, 4, 3, 3)], { dilations: [2, 2], pads: [2, 2, 2, 2] }),
  conv('dilation and stride', [fed(2, 4, 9, 8), weight(3, 4, 3, 2)], { dilations: [2, 3], strides: [2, 2] }),
  conv('groups', [image, weight(6, 2, 3, 3), weight(6)], { group: 2, pads: [1, 1, 1, 1] }),
  conv('depthwise', [image, weight(4, 1, 3, 3), weight(4)], { group: 4, pads: [1, 1, 1, 1] }),
  conv('depthwise, stride 2', [fed(2, 4, 8, 8), weight(4, 1, 5, 5)], { group: 4, strides: [2, 2], pads: [2, 2, 2, 2] }),
  conv('depthwise with a multiplier', [image, weight(8, 1, 3, 3)], { group: 4 }),
  conv('depthwise, dilation', [fed(2, 4, 9, 8), weight(4, 1, 3, 3)], { group: 4, dilations: [2, 2] }),
  ...['SAME_UPPER', 'SAME_LOWER', 'VALID'].map((auto_pad) =>
    conv(`${auto_pad}, stride 2`, [image, weight(3, 4, 3, 2)], { auto_pad, strides: [2, 2] }),
  ),
  {
    operator: 'ConvTranspose',
    form: '2x2, stride 2',
    inputs: [image, weight(4, 3, 2, 2), weight(3)],
    attributes: { strides: [2, 2] },
  },
  {
    operator: 'ConvTranspose',
    form: 'padded, output_padding',
    inputs: [image, weight(4, 3, 3, 3)],
    attributes: { strides: [2, 2], pads: [1, 1, 1, 1], output_padding: [1, 1] },
  },
  {
    operator: 'ConvTranspose',
    form: 'groups, dilation',
    inputs: [image, weight(4, 2, 3, 2)],
    attributes: { group: 2, dilations: [1, 2], pads: [1, 0, 0, 1] },
  },
  conv('smaller than its stride', [fed(2, 4, 6, 8), weight(3, 4, 2, 2), weight(3)], { strides: [3, 3] }),
  conv('smaller than its stride, SAME_UPPER', [fed(2, 4, 7, 8), weight(3, 4, 2, 3)], {
    strides: [3, 4],
    auto_pad: 'SAME_UPPER',
  }),
  conv('of each channel, smaller than its stride', [fed(2, 4, 6, 8), weight(4, 1, 2, 2), weight(4)], {
    strides: [3, 3],
    group: 4,
  }),
  {
    operator: 'BatchNormalization',
    form: 'images',
    inputs: [image, weight(4), weight(4), weight(4), { weight: [4], positive: true }],
    attributes: { epsilon: float(1e-3) },
  },
  {
    operator: 'BatchNormalization',
    form: 'vectors',
    inputs: [fed(2, 4), weight(4), weight(4), weight(4), { weight: [4], positive: true }],
  },
  { operator: 'InstanceNormalization', form: 'images', inputs: [image, weight(4), weight(4)] },
  { operator: 'LayerNormalization', form: 'tokens', inputs: [tokens, weight(8), weight(8)] },
  {
    operator: 'LayerNormalization',
    form: 'two axes, no bias',
    inputs: [image, weight(6, 5)],
    attributes: { axis: -2 },
  },
  {
    operator: 'GroupNormalization',
    form: 'a value a channel',
    inputs: [image, weight(4), weight(4)],
    attributes: { num_groups: 2 },
    opset: 21,
  },
  { operator: 'LRN', form: 'size 3', inputs: [image], attributes: { size: 3, alpha: float(0.5), bias: float(1.5) } },
  { operator: 'LRN', form: 'size 5', inputs: [image], attributes: { size: 5, alpha: float(0.5), beta: float(0.6) } },
  ...pooling('MaxPool'),
  ...pooling('AveragePool'),
  ...pooling('AveragePool', { count_include_pad: 1 }).slice(0, 6),
  ...unary('GlobalAveragePool'),
  ...unary('GlobalMaxPool'),
  { operator: 'Gemm', form: 'a dense layer', inputs: [fed(2, 4), weight(3, 4), weight(3)], attributes: { transB: 1 } },
  {
    operator: 'Gemm',
    form: 'alpha and beta',
    inputs: [fed(2, 4), weight(4, 3), weight(3)],
    attributes: { alpha: float(0.5), beta: float(2) },
  },
  { operator: 'MatMul', form: 'a weight', inputs: [tokens, weight(8, 5)] },
  { operator: 'MatMul', form: 'two fed', inputs: [fed(2, 3, 4), fed(2, 4, 5)] },
  { operator: 'MatMul', form: 'heads', inputs: [fed(2, 4, 3, 5), fed(2, 4, 5, 3)] },
  { operator: 'MatMul', form: 'matrices that are repeated', inputs: [fed(2, 4, 3, 5), weight(1, 5, 2)] },
  { operator: 'MatMul', form: 'both repeated', inputs: [fed(2, 1, 3, 5), weight(1, 4, 5, 2)] },
  { operator: 'MatMul', form: 'a column', inputs: [tokens, weight(8)] },
  {
    operator: 'Einsum',
    form: 'heads',
    inputs: [fed(2, 3, 4, 5), fed(2, 6, 4, 5)],
    attributes: { equation: 'bihd,bjhd->bhij' },
  },
  { operator: 'Einsum', form: 'a weight', inputs: [tokens, weight(8, 5)], attributes: { equation: 'bnc, cd -> bnd' } },
  { operator: 'Flatten', form: 'images', inputs: [image] },
  { operator: 'Flatten', form: 'axis -3', inputs: [image], attributes: { axis: -3 } },
  { operator: 'Reshape', form: '0 and -1', inputs: [image, ints(0, 2, -1, 5)] },
  { operator: 'Squeeze', form: 'axes', inputs: [fed(2, 4, 1, 1), ints(2, -1)] },
  { operator: 'Unsqueeze', form: 'axes', inputs: [fed(2, 4), ints(1, -1)] },
  { operator: 'Transpose', form: 'to channels last', inputs: [image], attributes: { perm: [0, 2, 3, 1] } },
  { operator: 'Transpose', form: 'to channels first', inputs: [fed(2, 4, 5, 3)], attributes: { perm: [0, 3, 1, 2] } },
  { operator: 'Transpose', form: 'rows and columns', inputs: [image], attributes: { perm: [0, 1, 3, 2] } },
  { operator: 'Transpose', form: 'tokens', inputs: [tokens], attributes: { perm: [0, 2, 1] } },
  { operator: 'Concat', form: 'channels', inputs: [image, image], attributes: { axis: 1 } },
  { operator: 'Concat', form: 'columns', inputs: [image, fed(2, 4, 6, 2)], attributes: { axis: -1 } },
  { operator: 'Slice', form: 'channels', inputs: [image, ints(1), ints(3), ints(1)] },
  {
    operator: 'Slice',
    form: 'steps and a turn',
    inputs: [image, ints(1, -1), ints(100, -100), ints(2, 3), ints(2, -2)],
  },
  { operator: 'Split', form: 'channels', inputs: [image, ints(1, 3)], attributes: { axis: 1 }, outputs: 2 },
  { operator: 'Split', form: 'equal parts', inputs: [image], attributes: { axis: 1, num_outputs: 2 }, outputs: 2 },
  { operator: 'Pad', form: 'a number', inputs: [image, ints(0, 0, 1, 2, 0, 1, 0, 1), number(0.5)] },
  { operator: 'Pad', form: 'cut off', inputs: [image, ints(0, 0, -1, 0, 0, 0, 1, -2)] },
  ...['reflect', 'edge'].map((mode): Row => ({
    operator: 'Pad',
    form: mode,
    inputs: [image, ints(0, 0, 2, 1, 0, 0, 0, 3)],
    attributes: { mode },
  })),
  {
    operator: 'Gather',
    form: 'one token',
    inputs: [tokens, { constant: { type: 'int64', dims: [], values: [0] } }],
    attributes: { axis: 1 },
  },
  { operator: 'Gather', form: 'channels, some twice', inputs: [image, ints(3, 0, -1)], attributes: { axis: 1 } },
  {
    operator: 'GatherND',
    form: 'places',
    inputs: [fed(2, 3, 4), { constant: { type: 'int64', dims: [2, 2], values: [0, 1, 1, -1] } }],
  },
  {
    operator: 'ScatterND',
    form: 'a row written over',
    inputs: [fed(2, 3, 4), { constant: { type: 'int64', dims: [2, 2], values: [0, 1, 1, 2] } }, weight(2, 4)],
  },
  { operator: 'Expand', form: 'to more columns', inputs: [fed(2, 4, 1), ints(1, 4, 3)] },
  { operator: 'Tile', form: 'channels', inputs: [fed(2, 2, 3), ints(1, 2, 2)] },
  { operator: 'Trilu', form: 'upper', inputs: [fed(2, 4, 4)] },
  {
    operator: 'Trilu',
    form: 'lower, below',
    inputs: [fed(2, 4, 4), { constant: { type: 'int64', dims: [], values: [-1] } }],
    attributes: { upper: 0 },
  },
  {
    operator: 'CumSum',
    form: 'the last axis',
    inputs: [tokens, { constant: { type: 'int64', dims: [], values: [2] } }],
  },
  {
    operator: 'CumSum',
    form: 'turned, exclusive',
    inputs: [tokens, { constant: { type: 'int64', dims: [], values: [1] } }],
    attributes: { reverse: 1, exclusive: 1 },
  },
  {
    operator: 'CumSum',
    form: 'from the end, exclusive',
    inputs: [tokens, { constant: { type: 'int64', dims: [], values: [-2] } }],
    attributes: { exclusive: 1 },
  },
  { operator: 'DepthToSpace', form: 'DCR', inputs: [fed(2, 8, 3, 2)], attributes: { blocksize: 2 } },
  { operator: 'DepthToSpace', form: 'CRD', inputs: [fed(2, 8, 3, 2)], attributes: { blocksize: 2, mode: 'CRD' } },
  ...['ReduceMean', 'ReduceSum', 'ReduceMax', 'ReduceMin', 'ReduceL1', 'ReduceL2', 'ReduceSumSquare'].flatMap(
    (operator) => reduction(operator),
  ),
  { operator: 'Softmax', form: 'the last axis', inputs: [image] },
  { operator: 'Softmax', form: 'channels', inputs: [image], attributes: { axis: 1 } },
  { operator: 'Softmax', form: 'flattened, as before opset 13', inputs: [image], attributes: { axis: 1 }, opset: 11 },
  { operator: 'LogSoftmax', form: 'channels', inputs: [image], attributes: { axis: 1 } },
  { operator: 'LogSoftmax', form: 'rows', inputs: [image], attributes: { axis: 2 } },
  resize('nearest, twice as large', { coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' }, [
    null,
    scales(1, 1, 2, 2),
  ]),
  resize('nearest, sizes', {}, [null, null, ints(2, 3, 7, 3)]),
  // 3.5 / 0.7 is 5 in float32, so that a place lies half way between two.
  {
    ...resize('nearest, half way', {}, [null, scales(1, 1, 1, 0.7)]),
    inputs: [fed(2, 3, 4, 11), null, scales(1, 1, 1, 0.7)],
  },
  resize('linear', { mode: 'linear' }, [null, scales(1, 1, 2, 1.5)]),
  resize('linear, align_corners', { mode: 'linear', coordinate_transformation_mode: 'align_corners' }, [
    null,
    null,
    ints(2, 3, 7, 3),
  ]),
  resize('linear, pytorch_half_pixel', { mode: 'linear', coordinate_transformation_mode: 'pytorch_half_pixel' }, [
    null,
    null,
    ints(2, 3, 6, 1),
  ]),
  resize('cubic', { mode: 'cubic' }, [null, scales(1, 1, 2, 2)]),
  // 5 x 1.4 is 7 as float32 multiplies, a little less than 7 as doubles do.
  {
    ...resize('linear, a size that rounds up', { mode: 'linear' }, [null, scales(1, 1, 1, 1.4)]),
    sizes: 'open',
  },
  resize('cubic, exclude_outside', { mode: 'cubic', exclude_outside: 1, cubic_coeff_a: float(-0.5) }, [
    null,
    null,
    ints(2, 3, 7, 8),
  ]),
];
