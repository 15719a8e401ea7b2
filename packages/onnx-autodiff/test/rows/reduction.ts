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

export const reductionRows: readonly GradientCheckRow[] = [
  ...forms('ReduceSum'),
  ...forms('ReduceMean'),
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
