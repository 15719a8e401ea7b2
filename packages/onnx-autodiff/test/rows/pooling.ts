import type { GradientCheckRow, RowInput } from '../../src/gradient-check/index.ts';

const x = (...dims: number[]): RowInput => ({ dims });
const distinct = (...dims: number[]): RowInput => ({ dims, distinct: true });

const same = ['SAME_UPPER', 'SAME_LOWER'];

export const poolingRows: readonly GradientCheckRow[] = [
  {
    operator: 'MaxPool',
    form: 'side by side',
    inputs: [distinct(2, 3, 4, 6)],
    attributes: { kernel_shape: [2, 2], strides: [2, 2] },
  },
  {
    operator: 'MaxPool',
    form: 'overlapping, padded',
    inputs: [distinct(2, 2, 7, 6)],
    attributes: { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] },
  },
  { operator: 'MaxPool', form: 'stride 1', inputs: [distinct(1, 2, 5, 6)], attributes: { kernel_shape: [3, 2] } },
  {
    operator: 'MaxPool',
    form: 'asymmetric padding',
    inputs: [distinct(1, 2, 5, 6)],
    attributes: { kernel_shape: [3, 3], strides: [2, 1], pads: [0, 2, 1, 0] },
  },
  {
    operator: 'MaxPool',
    form: 'ceil_mode',
    inputs: [distinct(1, 2, 6, 8)],
    attributes: { kernel_shape: [3, 3], strides: [2, 2], ceil_mode: 1 },
  },
  {
    operator: 'MaxPool',
    form: 'ceil_mode, a window left out',
    opset: 22,
    inputs: [distinct(1, 1, 6, 9)],
    attributes: { kernel_shape: [3, 2], strides: [2, 3], pads: [1, 0, 0, 1], ceil_mode: 1 },
  },
  {
    operator: 'MaxPool',
    form: 'dilations',
    inputs: [distinct(1, 2, 7, 8)],
    attributes: { kernel_shape: [2, 3], dilations: [3, 2], strides: [1, 2], pads: [0, 1, 1, 0] },
  },
  {
    operator: 'MaxPool',
    form: 'with Indices',
    outputs: 2,
    inputs: [distinct(2, 2, 5, 6)],
    attributes: { kernel_shape: [3, 3], strides: [2, 2] },
  },
  {
    operator: 'MaxPool',
    form: 'with Indices in column-major order',
    outputs: 2,
    inputs: [distinct(2, 2, 5, 6)],
    attributes: { kernel_shape: [3, 3], strides: [2, 2], storage_order: 1 },
  },
  {
    operator: 'MaxPool',
    form: 'one axis',
    inputs: [distinct(2, 3, 9)],
    attributes: { kernel_shape: [3], strides: [2] },
  },
  {
    operator: 'MaxPool',
    form: 'three axes',
    inputs: [distinct(1, 2, 4, 5, 4)],
    attributes: { kernel_shape: [2, 3, 2], strides: [2, 1, 1], pads: [0, 1, 0, 0, 1, 1] },
  },
  ...same.map((auto_pad): GradientCheckRow => ({
    operator: 'MaxPool',
    form: auto_pad,
    inputs: [distinct(1, 2, 6, 7)],
    attributes: { kernel_shape: [3, 2], strides: [2, 2], auto_pad },
  })),
  {
    operator: 'MaxPool',
    form: 'VALID',
    inputs: [distinct(1, 2, 6, 7)],
    attributes: { kernel_shape: [3, 2], strides: [2, 2], auto_pad: 'VALID' },
  },
  {
    operator: 'MaxPool',
    form: 'older opset',
    opset: 8,
    inputs: [distinct(1, 2, 6, 7)],
    attributes: { kernel_shape: [3, 2], strides: [2, 2] },
  },
  {
    operator: 'MaxPool',
    form: 'newer opset',
    opset: 22,
    inputs: [distinct(1, 2, 6, 7)],
    attributes: { kernel_shape: [3, 2], strides: [2, 2] },
  },

  ...[18, 19, 22].flatMap((opset) =>
    [0, 1].flatMap((count_include_pad) =>
      [0, 1].flatMap((ceil_mode): readonly GradientCheckRow[] => {
        const flags = { count_include_pad, ceil_mode };
        const row = (form: string, input: RowInput, attributes: GradientCheckRow['attributes']): GradientCheckRow => ({
          operator: 'AveragePool',
          opset,
          form: `${form}; count_include_pad ${count_include_pad}, ceil_mode ${ceil_mode}`,
          inputs: [input],
          attributes: { ...attributes, ...flags },
        });
        return [
          row('side by side', x(2, 3, 4, 6), { kernel_shape: [2, 2], strides: [2, 2] }),
          row('side by side, a rest', x(2, 3, 5, 7), { kernel_shape: [2, 3], strides: [2, 3] }),
          row('overlapping, padded', x(2, 2, 7, 6), { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] }),
          row('stride 1, padded', x(1, 2, 5, 6), { kernel_shape: [3, 3], pads: [1, 1, 1, 1] }),
          row('asymmetric padding', x(1, 2, 6, 7), { kernel_shape: [3, 4], strides: [2, 3], pads: [0, 2, 1, 1] }),
          row('a window over the end', x(1, 1, 6, 9), { kernel_shape: [3, 4], strides: [2, 3], pads: [0, 1, 0, 1] }),
          // Before opset 22 the runtime contradicts itself here: its shape inference counts the window, its kernel does not.
          ...(opset === 22
            ? [row('a window left out', x(1, 1, 6, 9), { kernel_shape: [3, 2], strides: [2, 3], pads: [1, 0, 0, 1] })]
            : []),
          row('stride beyond the kernel', x(1, 2, 8, 9), { kernel_shape: [2, 1], strides: [3, 4] }),
          row('one axis', x(2, 3, 8), { kernel_shape: [3], strides: [2], pads: [1, 1] }),
          row('three axes', x(1, 2, 4, 5, 4), {
            kernel_shape: [2, 3, 2],
            strides: [2, 1, 2],
            pads: [0, 1, 1, 0, 1, 0],
          }),
        ];
      }),
    ),
  ),
  ...[19, 22].flatMap((opset) =>
    [0, 1].map((count_include_pad): GradientCheckRow => ({
      operator: 'AveragePool',
      form: `dilations; count_include_pad ${count_include_pad}`,
      opset,
      inputs: [x(1, 2, 8, 9)],
      attributes: { kernel_shape: [3, 2], dilations: [2, 3], strides: [1, 2], pads: [1, 1, 2, 1], count_include_pad },
    })),
  ),
  ...same.flatMap((auto_pad) =>
    [0, 1].flatMap((count_include_pad): readonly GradientCheckRow[] => [
      {
        operator: 'AveragePool',
        form: `${auto_pad}; count_include_pad ${count_include_pad}`,
        inputs: [x(1, 2, 6, 7)],
        attributes: { kernel_shape: [3, 2], strides: [2, 2], auto_pad, count_include_pad },
      },
      {
        operator: 'AveragePool',
        form: `${auto_pad}, stride 1; count_include_pad ${count_include_pad}`,
        inputs: [x(1, 2, 6, 5)],
        attributes: { kernel_shape: [3, 2], auto_pad, count_include_pad },
      },
    ]),
  ),
  {
    operator: 'AveragePool',
    form: 'VALID',
    inputs: [x(1, 2, 6, 7)],
    attributes: { kernel_shape: [3, 2], strides: [2, 2], auto_pad: 'VALID' },
  },
  {
    operator: 'AveragePool',
    form: 'older opset',
    opset: 7,
    inputs: [x(1, 2, 6, 7)],
    attributes: { kernel_shape: [3, 2], strides: [2, 2], pads: [1, 0, 1, 1] },
  },

  { operator: 'GlobalAveragePool', form: 'two axes', inputs: [x(2, 3, 4, 5)] },
  { operator: 'GlobalAveragePool', form: 'one axis', inputs: [x(2, 3, 4)] },
  { operator: 'GlobalAveragePool', form: 'three axes', inputs: [x(1, 2, 2, 3, 4)] },
  { operator: 'GlobalMaxPool', form: 'two axes', inputs: [distinct(2, 3, 4, 5)] },
  { operator: 'GlobalMaxPool', form: 'one axis', inputs: [distinct(2, 3, 4)] },
  { operator: 'GlobalMaxPool', form: 'three axes', inputs: [distinct(1, 2, 2, 3, 4)] },

  ...[18, 22].flatMap((opset): readonly GradientCheckRow[] => [
    {
      operator: 'LpPool',
      form: 'p = 2, overlapping, padded',
      opset,
      inputs: [x(1, 2, 6, 7)],
      attributes: { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] },
    },
    {
      operator: 'LpPool',
      form: 'p = 3, stride 1',
      opset,
      inputs: [{ dims: [1, 2, 4, 5], avoid: [0] }],
      attributes: { kernel_shape: [2, 3], p: 3 },
    },
    {
      operator: 'LpPool',
      form: 'p = 1',
      opset,
      inputs: [{ dims: [1, 2, 4, 6], avoid: [0] }],
      attributes: { kernel_shape: [2, 2], strides: [2, 2], p: 1 },
    },
    {
      operator: 'LpPool',
      form: 'ceil_mode, dilations',
      opset,
      inputs: [x(1, 2, 8, 9)],
      attributes: { kernel_shape: [3, 2], dilations: [2, 3], strides: [2, 2], ceil_mode: 1 },
    },
    {
      operator: 'LpPool',
      form: 'SAME_UPPER',
      opset,
      inputs: [x(1, 2, 6, 7)],
      attributes: { kernel_shape: [3, 2], strides: [2, 2], auto_pad: 'SAME_UPPER' },
    },
  ]),
  { operator: 'GlobalLpPool', form: 'p = 2', inputs: [x(2, 3, 2, 3)] },
  {
    operator: 'GlobalLpPool',
    form: 'p = 3',

    inputs: [{ dims: [2, 3, 2, 3], avoid: [0] }],
    attributes: { p: 3 },
  },
  { operator: 'GlobalLpPool', form: 'p = 1', inputs: [{ dims: [2, 3, 5], avoid: [0] }], attributes: { p: 1 } },
];
