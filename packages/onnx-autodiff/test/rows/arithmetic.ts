import { TensorProto_DataType as DataType } from 'onnx-buf';
import type { GradientCheckRow, RowInput } from '../../src/gradient-check/index.ts';

const x: RowInput = { dims: [2, 3, 4] };
const positive: RowInput = { ...x, range: [0.5, 2] };
const awayFromZero: RowInput = { ...x, range: [-2, 2], avoid: [0] };

const binary = (operator: string, a: Partial<RowInput>, b: Partial<RowInput>): readonly GradientCheckRow[] => [
  {
    operator,
    form: 'same shape',
    inputs: [
      { dims: [2, 3], ...a },
      { dims: [2, 3], ...b },
    ],
  },
  {
    operator,
    form: 'both sides broadcast',
    inputs: [
      { dims: [2, 1, 4], ...a },
      { dims: [3, 1], ...b },
    ],
  },
  {
    operator,
    form: 'left a scalar',
    inputs: [
      { dims: [], ...a },
      { dims: [2, 3], ...b },
    ],
  },
  {
    operator,
    form: 'right a weight',
    inputs: [
      { dims: [2, 3, 4], ...a },
      { dims: [3, 1], constant: true, ...b },
    ],
  },
  {
    operator,
    form: 'left of size 1, right of lower rank',
    opset: 11,
    inputs: [
      { dims: [1, 1, 3], ...a },
      { dims: [4, 3], ...b },
    ],
  },
];

const nary = (operator: string): readonly GradientCheckRow[] => {
  const distinct = operator === 'Max' || operator === 'Min';
  const input = (dims: readonly number[], offset: number): RowInput =>
    // Tensors that lie on shifted grids cannot tie, nor pass each other within a step of the check.
    distinct
      ? {
          dims,
          values: Array.from({ length: dims.reduce((a, b) => a * b, 1) }, (_, at) => ((at * 7) % 12) - 6 + offset),
        }
      : { dims };
  return [
    { operator, form: 'one input', inputs: [input([2, 3], 0)] },
    { operator, form: 'two inputs', inputs: [input([2, 3], 0), input([2, 3], 0.5)] },
    { operator, form: 'two inputs, broadcasting', opset: 13, inputs: [input([2, 1, 4], 0), input([3, 1], 0.5)] },
    { operator, form: 'three inputs, broadcasting', inputs: [input([2, 1, 4], 0), input([3, 1], 0.4), input([], 0.7)] },
  ];
};

const unary = (operator: string, input: RowInput, opset?: number): GradientCheckRow => ({
  operator,
  form: opset === undefined ? 'any' : `opset ${opset}`,
  inputs: [input],
  ...(opset !== undefined && { opset }),
});

export const arithmeticRows: readonly GradientCheckRow[] = [
  ...binary('Add', {}, {}),
  ...binary('Sub', {}, {}),
  ...binary('Mul', {}, {}),
  ...binary('Div', {}, { range: [-2, 2], avoid: [0, 0.2, -0.2] }),
  ...nary('Max'),
  ...nary('Min'),
  ...nary('Sum'),
  ...nary('Mean'),
  unary('Abs', awayFromZero),
  unary('Acos', { ...x, range: [-0.8, 0.8] }),
  unary('Acosh', { ...x, range: [1.3, 3] }),
  unary('Asin', { ...x, range: [-0.8, 0.8] }),
  unary('Asinh', { ...x, range: [-3, 3] }),
  unary('Atan', { ...x, range: [-3, 3] }),
  unary('Atanh', { ...x, range: [-0.8, 0.8] }),
  unary('Cos', { ...x, range: [-3, 3] }),
  unary('Cosh', { ...x, range: [-2, 2] }),
  unary('Exp', { ...x, range: [-2, 2] }),
  unary('Identity', x),
  unary('Log', positive),
  unary('Neg', x),
  unary('Reciprocal', { ...x, range: [-2, 2], avoid: [0, 0.2, -0.2] }),
  unary('Sin', { ...x, range: [-3, 3] }),
  unary('Sinh', { ...x, range: [-2, 2] }),
  unary('Sqrt', positive),
  unary('Sqrt', positive, 7),
  unary('Tan', { ...x, range: [-1, 1] }),
  {
    operator: 'Cast',
    form: 'to its own type',
    attributes: { to: DataType.FLOAT },
    inputs: [x],
  },
  { operator: 'Cast', form: 'to float64', attributes: { to: DataType.DOUBLE }, inputs: [x] },
  {
    operator: 'Cast',
    form: 'from float64',
    opset: 11,
    attributes: { to: DataType.FLOAT },
    inputs: [{ ...x, type: 'float64' }],
  },
  { operator: 'CastLike', form: 'to float64', inputs: [x, { dims: [1], type: 'float64', check: false }] },
  { operator: 'CastLike', form: 'to its own type', inputs: [x, { dims: [1], check: false }] },
  ...[-2, 0.5, 1, 2, 3, 2.7].map((exponent): GradientCheckRow => ({
    operator: 'Pow',
    form: `exponent ${exponent}`,
    inputs: [positive, { dims: [], values: [exponent], constant: true, check: false }],
  })),
  {
    operator: 'Pow',
    form: 'exponents 0 and 2 of any base',
    inputs: [x, { dims: [4], values: [0, 2, 0, 2], constant: true, check: false }],
  },
  ...[0.5, 1, 2, 3].map((exponent): GradientCheckRow => ({
    operator: 'Pow',
    form: `exponents ${exponent} that stretch the base`,
    inputs: [
      { dims: [3, 1], range: [0.5, 2] },
      { dims: [2, 1, 1], values: [exponent, exponent], constant: true, check: false },
    ],
  })),
  {
    operator: 'Pow',
    form: 'exponents none of which is 0 that stretch the base',
    inputs: [
      { dims: [3, 1], range: [0.5, 2] },
      { dims: [2, 1, 1], values: [1.5, -1], constant: true, check: false },
    ],
  },
  {
    operator: 'Pow',
    form: 'exponents one of which is 0 that stretch the base',
    inputs: [
      { dims: [3, 1], range: [0.5, 2] },
      { dims: [2, 1, 1], values: [0, 2.5], constant: true, check: false },
    ],
  },
  {
    operator: 'Pow',
    form: 'one exponent 0',
    inputs: [x, { dims: [1, 1], values: [0], constant: true, check: false }],
  },
  {
    operator: 'Pow',
    form: 'int64 exponent',
    inputs: [awayFromZero, { dims: [1], type: 'int64', values: [4], constant: true }],
  },
  {
    operator: 'Pow',
    form: 'computed int32 exponents',
    inputs: [awayFromZero, { dims: [4], type: 'int32', values: [0, 1, 2, 3] }],
  },
  {
    operator: 'Pow',
    form: 'computed exponent, both broadcast',
    opset: 13,
    inputs: [
      { dims: [2, 1, 4], range: [0.5, 2] },
      { dims: [3, 1], range: [-2, 2] },
    ],
  },
  {
    operator: 'Pow',
    form: 'exponent of another float type',
    inputs: [positive, { dims: [3, 1], type: 'float64', range: [1, 2] }],
  },
  {
    operator: 'Pow',
    form: 'a constant base',
    opset: 11,
    inputs: [{ dims: [], values: [10], constant: true }, { dims: [2, 3] }],
  },
  {
    operator: 'Where',
    form: 'same shape',
    inputs: [{ dims: [2, 3], type: 'bool', values: [1, 0, 1, 1, 0, 0] }, { dims: [2, 3] }, { dims: [2, 3] }],
  },
  {
    operator: 'Where',
    form: 'all three broadcast',
    inputs: [{ dims: [3, 1], type: 'bool', values: [1, 0, 1] }, { dims: [2, 1, 4] }, { dims: [1, 4] }],
  },
  {
    operator: 'Where',
    form: 'condition of the highest rank, constant beside',
    opset: 11,
    inputs: [
      { dims: [2, 2, 3], type: 'bool', values: [1, 0, 1, 1, 0, 0, 1, 1, 1, 0, 0, 0] },
      { dims: [], constant: true },
      { dims: [3] },
    ],
  },
  {
    operator: 'Mod',
    form: 'fmod, broadcasting',
    attributes: { fmod: 1 },
    inputs: [
      { dims: [2, 3], values: [5.4, -5.4, 0.4, 7.3, -7.3, 3.4] },
      { dims: [3], values: [2, 2.1, -3] },
    ],
  },
  {
    operator: 'Mod',
    form: 'fmod, the left stretched',
    attributes: { fmod: 1 },
    inputs: [
      { dims: [3], values: [5.4, -5.4, 7.3] },
      { dims: [2, 3], values: [2, 2.1, -3, 1.6, 2.4, 3.1] },
    ],
  },
  {
    operator: 'Range',
    form: 'floating-point start and delta',
    inputs: [
      { dims: [], values: [0.3] },
      { dims: [], values: [6], check: false },
      { dims: [], values: [1.2] },
    ],
  },
];
