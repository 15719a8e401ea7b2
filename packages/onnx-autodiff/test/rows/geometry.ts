import type { GradientCheckRow, RowInput } from '../../src/gradient-check/index.ts';

const ints = (...values: readonly number[]): RowInput => ({ dims: [values.length], type: 'int64', values });
const fixed = (...values: readonly number[]): RowInput => ({ ...ints(...values), constant: true });

const affine = (form: string, size: RowInput, rank: number, aligned: number): GradientCheckRow => ({
  ...{ operator: 'AffineGrid', form, opset: 20, attributes: { align_corners: aligned } },
  inputs: [{ dims: [2, rank, rank + 1] }, size],
});

/** Two samples; regions partly and wholly outside, and one of no size. */
const regions: RowInput = {
  dims: [4, 4],
  values: [0.3, 0.2, 4.1, 3.7, -2.5, 1.1, 2.2, 7.9, 1.3, 1.2, 1.4, 1.25, 9, 9, 12, 12],
  check: false,
};
const aligned = (form: string, attributes: GradientCheckRow['attributes'], opset = 16): GradientCheckRow => ({
  ...{ operator: 'RoiAlign', form, opset },
  attributes: { output_height: 2, output_width: 3, ...attributes },
  inputs: [{ dims: [2, 2, 5, 6] }, regions, ints(0, 1, 1, 0)],
});

const largest = (form: string, attributes: GradientCheckRow['attributes']): GradientCheckRow => {
  const row = aligned(`the largest, ${form}`, { mode: 'max', ...attributes });
  return { ...row, inputs: [{ dims: [2, 2, 5, 6], distinct: true }, ...row.inputs.slice(1)] };
};

/** Offsets that keep samples away from the whole places where the interpolation has a kink. */
const offsets = (dims: readonly number[]): RowInput => ({
  dims,
  values: Array.from(
    { length: dims.reduce((a, b) => a * b) },
    (_, at) => ((at * 7) % 5) - 1.65 + ((at * 3) % 4) * 0.08,
  ),
});

export const geometryRows: readonly GradientCheckRow[] = [
  affine('pictures', fixed(2, 3, 3, 4), 2, 0),
  { ...affine('pictures, corners aligned, an axis of one, a computed size', ints(2, 3, 1, 4), 2, 1), symbolic: false },
  affine('volumes', fixed(2, 1, 2, 3, 2), 3, 0),
  aligned('as many samples as a region needs', {}),
  aligned('two samples, a scale', { sampling_ratio: 2, spatial_scale: { float: 0.6 } }),
  aligned('no shift by half a pixel', { coordinate_transformation_mode: 'output_half_pixel', sampling_ratio: 1 }),
  aligned('before opset 16', {}, 11),
  largest('as many samples as a region needs', {}),
  largest('two samples, a scale', { sampling_ratio: 2, spatial_scale: { float: 0.6 } }),
  largest('no shift by half a pixel', { coordinate_transformation_mode: 'output_half_pixel', sampling_ratio: 1 }),
  {
    ...{ operator: 'DeformConv', form: 'bias, mask, pads and strides', opset: 19, symbolic: false },
    attributes: { pads: [1, 0, 0, 1], strides: [2, 1] },
    inputs: [
      ...[{ dims: [1, 2, 4, 4] }, { dims: [2, 2, 2, 2] }, offsets([1, 8, 2, 4])],
      ...[{ dims: [2] }, { dims: [1, 4, 2, 4] }],
    ],
  },
  {
    ...{ operator: 'DeformConv', form: 'groups, offset groups, dilations', opset: 19, symbolic: false },
    attributes: { group: 2, offset_group: 2, dilations: [2, 1] },
    inputs: [{ dims: [2, 4, 4, 3] }, { dims: [2, 2, 2, 2] }, offsets([2, 16, 2, 2])],
  },
  {
    ...{
      operator: 'DeformConv',
      form: 'a mask for each of two offset groups, two samples',
      opset: 19,
      symbolic: false,
    },
    attributes: { offset_group: 2 },
    inputs: [...[{ dims: [2, 2, 3, 3] }, { dims: [1, 2, 2, 2] }, offsets([2, 16, 2, 2]), null], { dims: [2, 8, 2, 2] }],
  },
  {
    ...{ operator: 'DeformConv', form: 'opset 22', opset: 22, symbolic: false },
    inputs: [{ dims: [1, 1, 3, 3] }, { dims: [1, 1, 2, 2] }, offsets([1, 8, 2, 2])],
  },
  {
    ...{ operator: 'MaxUnpool', form: 'windows side by side' },
    attributes: { kernel_shape: [2, 2], strides: [2, 2] },
    inputs: [{ dims: [1, 2, 2, 2] }, { dims: [1, 2, 2, 2], type: 'int64', values: [1, 6, 8, 15, 16, 22, 29, 26] }],
  },
  {
    ...{ operator: 'MaxUnpool', form: 'pads, a size that is said' },
    attributes: { kernel_shape: [2, 3], strides: [2, 1], pads: [0, 1, 0, 1] },
    inputs: [
      ...[{ dims: [1, 1, 2, 2] }, { dims: [1, 1, 2, 2], type: 'int64' as const, values: [1, 3, 5, 6] }],
      fixed(1, 1, 4, 3),
    ],
  },
];

const dft = (form: string, dims: readonly number[], more: Partial<GradientCheckRow> = {}): GradientCheckRow => ({
  ...{ operator: 'DFT', form, symbolic: false, inputs: [{ dims }] },
  ...more,
});

export const transformRows: readonly GradientCheckRow[] = [
  dft('real numbers', [2, 5, 1]),
  dft('real numbers, one side', [2, 6, 1], { attributes: { onesided: 1 } }),
  dft('complex numbers along an axis, inverse', [2, 3, 2, 2], { attributes: { axis: 1, inverse: 1 } }),
  dft('opset 20: longer than the input', [2, 3, 2], {
    opset: 20,
    inputs: [{ dims: [2, 3, 2] }, { dims: [], type: 'int64', values: [5] }],
  }),
  dft('opset 20: shorter than the input, along a given axis', [], {
    opset: 20,
    attributes: { onesided: 1 },
    inputs: [
      { dims: [4, 2, 1] },
      { dims: [], type: 'int64', values: [3], constant: true },
      { dims: [], type: 'int64', values: [0], constant: true },
    ],
  }),
  ...[0, 1].flatMap((reverse) =>
    [0, 1].map((exclusive): GradientCheckRow => ({
      ...{ operator: 'CumProd', form: `reverse ${reverse}, exclusive ${exclusive}`, opset: 26 },
      attributes: { reverse, exclusive },
      inputs: [{ dims: [2, 4, 3] }, { dims: [], type: 'int64', values: [1], constant: true }],
    })),
  ),
];
