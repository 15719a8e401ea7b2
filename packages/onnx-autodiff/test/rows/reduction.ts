import type { GradientCheckRow, RowInput } from '../../src/gradient-check/index.ts';

const axes = (...values: readonly number[]): RowInput => ({
  dims: [values.length],
  type: 'int64',
  values,
  constant: true,
});

/** The forms that every reduction has. */
const forms = (
  operator: string,
  x: Omit<RowInput, 'dims'> = {},
  extra: Partial<GradientCheckRow> = {},
): readonly GradientCheckRow[] => [
  { operator, form: 'all axes', inputs: [{ dims: [2, 3], ...x }], ...extra },
  { operator, form: 'all axes, gone', attributes: { keepdims: 0 }, inputs: [{ dims: [2, 3], ...x }], ...extra },
  { operator, form: 'some axes', inputs: [{ dims: [2, 3, 4], ...x }, axes(-1, 1)], ...extra },
  {
    operator,
    form: 'some axes, gone',
    attributes: { keepdims: 0 },
    inputs: [{ dims: [2, 3, 4], ...x }, axes(1)],
    ...extra,
  },
  {
    operator,
    form: 'axes that are computed',
    inputs: [
      { dims: [2, 3, 4], ...x },
      { ...axes(2, 0), constant: false },
    ],
    ...extra,
  },
];

const positive: Omit<RowInput, 'dims'> = { range: [0.5, 1.5] };

export const reductionRows: readonly GradientCheckRow[] = [
  ...forms('ReduceSum'),
  ...forms('ReduceMean'),
  ...forms('ReduceMax', { distinct: true }),
  ...forms('ReduceMin', { distinct: true }),
  ...forms('ReduceL1', { avoid: [0] }),
  ...forms('ReduceL2'),
  ...forms('ReduceSumSquare'),
  ...forms('ReduceLogSum', positive),
  ...forms('ReduceLogSumExp'),
  ...forms('ReduceProd', positive),
  {
    operator: 'ReduceProd',
    form: 'one zero, two zeros, none',
    inputs: [{ dims: [3, 3], values: [0, 2, 3, 0, 0, 3, -1, 2, 0.5] }, axes(1)],
  },
  {
    operator: 'ReduceMax',
    form: 'older form',
    opset: 11,
    attributes: { axes: [0], keepdims: 0 },
    inputs: [{ dims: [3, 2], distinct: true }],
  },
  {
    operator: 'ReduceMax',
    form: 'no axes and nothing to do',
    attributes: { noop_with_empty_axes: 1 },
    inputs: [{ dims: [2, 3] }],
  },
  { operator: 'CumSum', form: 'forwards', inputs: [{ dims: [2, 4] }, { ...axes(1), dims: [] }] },
  {
    operator: 'CumSum',
    form: 'backwards',
    attributes: { reverse: 1 },
    inputs: [{ dims: [4, 2] }, { ...axes(-2), dims: [] }],
  },
  {
    operator: 'CumSum',
    form: 'without itself',
    attributes: { exclusive: 1 },
    inputs: [{ dims: [2, 4] }, { ...axes(1), dims: [] }],
  },
  {
    operator: 'CumSum',
    form: 'backwards without itself',
    attributes: { exclusive: 1, reverse: 1 },
    inputs: [{ dims: [2, 4] }, { ...axes(1), dims: [], constant: false }],
  },
  {
    operator: 'ReduceSum',
    form: 'no axes and nothing to do',
    attributes: { noop_with_empty_axes: 1 },
    inputs: [{ dims: [2, 3] }],
  },
  {
    operator: 'ReduceMean',
    form: 'no axes and nothing to do',
    attributes: { noop_with_empty_axes: 1 },
    inputs: [{ dims: [2, 3] }, axes()],
  },
  {
    operator: 'ReduceMean',
    form: 'axes as attribute',
    opset: 13,
    attributes: { axes: [2, 3], keepdims: 0 },
    inputs: [{ dims: [2, 3, 2, 2] }],
  },
  {
    operator: 'ReduceSum',
    form: 'axes as attribute',
    opset: 11,
    attributes: { axes: [-1] },
    inputs: [{ dims: [2, 3] }],
  },
];
