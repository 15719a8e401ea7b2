import type { GradientCheckRow } from '../../src/gradient-check/index.ts';

const values = [-7, 3, 120, -128, 5, 0, 44, -61, 9, 2, -3, 17];

const ofBoth = ['', 'com.microsoft'].flatMap((domain): readonly GradientCheckRow[] => [
  {
    operator: 'DequantizeLinear',
    domain,
    form: 'scale of the tensor, no zero point',
    inputs: [{ dims: [2, 3, 2], type: 'int8', values }, { dims: [] }],
  },
  {
    operator: 'DequantizeLinear',
    domain,
    form: 'scale of the tensor',
    inputs: [
      { dims: [2, 3, 2], type: 'int8', values },
      { dims: [] },
      { dims: [], type: 'int8', values: [4], constant: true },
    ],
  },
  {
    operator: 'DequantizeLinear',
    domain,
    form: 'a scale for each slice along axis 1',
    opset: 13,
    attributes: { axis: 1 },
    inputs: [
      { dims: [2, 3, 2], type: 'int8', values },
      { dims: [3] },
      { dims: [3], type: 'int8', values: [4, 0, -5], constant: true },
    ],
  },
  {
    operator: 'DequantizeLinear',
    domain,
    form: 'a scale for each slice along a negative axis',
    attributes: { axis: -3 },
    inputs: [
      { dims: [2, 3, 2], type: 'int8', values },
      { dims: [2], constant: true },
    ],
  },
]);

/** What has finite differences in quantisation: the scale by which whole numbers are multiplied. */
export const quantisationRows: readonly GradientCheckRow[] = [
  ...ofBoth,
  {
    operator: 'DequantizeLinear',
    form: 'a scale for each block of rows, the last one cut off',
    opset: 21,
    attributes: { axis: 0, block_size: 2 },
    inputs: [
      { dims: [3, 2, 2], type: 'int8', values },
      { dims: [2, 2, 2] },
      { dims: [2, 2, 2], type: 'int8', values: [4, 0, -5, 1, 2, 0, 7, -3], constant: true },
    ],
    symbolic: false,
  },
];
