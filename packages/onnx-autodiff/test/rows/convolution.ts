import type { GradientCheckRow, RowInput } from '../../src/gradient-check/index.ts';

const weights = (...dims: number[]): RowInput => ({ dims, constant: true });
const x = (...dims: number[]): RowInput => ({ dims });

export const convolutionRows: readonly GradientCheckRow[] = [
  {
    operator: 'Conv',
    form: '3x3, padded',
    inputs: [x(2, 3, 6, 5), weights(4, 3, 3, 3)],
    attributes: { pads: [1, 1, 1, 1] },
  },
  { operator: 'Conv', form: '1x1', inputs: [x(2, 3, 4, 5), weights(4, 3, 1, 1)] },
  {
    operator: 'Conv',
    form: '1x1, stride 2',
    inputs: [x(2, 3, 6, 5), weights(4, 3, 1, 1)],
    attributes: { strides: [2, 2] },
  },
  { operator: 'Conv', form: 'bias, computed weights', inputs: [x(1, 2, 5, 5), x(3, 2, 3, 3), x(3)] },
  {
    operator: 'Conv',
    form: 'kernel_shape, computed weights, all attributes',
    inputs: [x(2, 4, 7, 8), x(6, 2, 3, 2), x(6)],
    attributes: { kernel_shape: [3, 2], group: 2, strides: [2, 1], dilations: [1, 2], pads: [1, 0, 2, 1] },
  },
  {
    operator: 'Conv',
    form: 'stride 2, a rest of one',
    inputs: [x(1, 2, 8, 7), weights(3, 2, 3, 3)],
    attributes: { strides: [2, 2], pads: [1, 1, 1, 1] },
  },
  {
    operator: 'Conv',
    form: 'stride 3, a rest of two',
    inputs: [x(1, 2, 9, 10), weights(3, 2, 2, 2)],
    attributes: { strides: [3, 3] },
  },
  {
    operator: 'Conv',
    form: 'stride beyond the kernel and the padding',
    inputs: [x(1, 2, 9, 10), x(3, 2, 2, 1)],
    attributes: { strides: [4, 3], pads: [0, 1, 3, 2] },
  },
  {
    operator: 'Conv',
    form: 'dilation 2',
    inputs: [x(1, 2, 8, 7), weights(3, 2, 3, 3)],
    attributes: { dilations: [2, 2], pads: [2, 2, 2, 2] },
  },
  {
    operator: 'Conv',
    form: 'dilation and stride',
    inputs: [x(2, 2, 9, 8), x(3, 2, 3, 2)],
    attributes: { dilations: [2, 3], strides: [2, 2], pads: [1, 2, 0, 1] },
  },
  {
    operator: 'Conv',
    form: 'asymmetric padding',
    inputs: [x(1, 2, 5, 6), weights(3, 2, 3, 3)],
    attributes: { pads: [0, 2, 1, 0] },
  },
  {
    operator: 'Conv',
    form: 'padding beyond the kernel',
    inputs: [x(1, 2, 4, 4), x(3, 2, 2, 2)],
    attributes: { pads: [2, 3, 2, 1] },
  },
  {
    operator: 'Conv',
    form: 'groups',
    inputs: [x(2, 4, 5, 5), weights(6, 2, 3, 3)],
    attributes: { group: 2, pads: [1, 1, 1, 1] },
  },
  {
    operator: 'Conv',
    form: 'groups, computed weights',
    inputs: [x(2, 4, 5, 5), x(6, 2, 3, 3)],
    attributes: { group: 2 },
  },
  {
    operator: 'Conv',
    form: 'depthwise',
    inputs: [x(2, 4, 5, 6), weights(4, 1, 3, 3)],
    attributes: { group: 4, pads: [1, 1, 1, 1] },
  },
  {
    operator: 'Conv',
    form: 'depthwise, stride 2',
    inputs: [x(2, 4, 6, 7), x(4, 1, 3, 3)],
    attributes: { group: 4, pads: [1, 1, 1, 1], strides: [2, 2] },
  },
  {
    operator: 'Conv',
    form: 'depthwise with a multiplier',
    inputs: [x(2, 3, 6, 5), x(6, 1, 3, 3)],
    attributes: { group: 3, strides: [2, 1] },
  },
  {
    operator: 'Conv',
    form: 'one axis',
    inputs: [x(2, 3, 9), x(4, 3, 3), x(4)],
    attributes: { strides: [2], pads: [1, 0] },
  },
  {
    operator: 'Conv',
    form: 'one axis, stride 1',
    inputs: [x(2, 3, 9), weights(4, 3, 3)],
    attributes: { pads: [1, 1] },
  },
  {
    operator: 'Conv',
    form: 'three axes',
    inputs: [x(1, 2, 4, 5, 4), x(2, 2, 2, 3, 2), x(2)],
    attributes: { strides: [1, 2, 1], pads: [1, 1, 0, 0, 1, 1] },
  },
  {
    operator: 'Conv',
    form: 'three axes, stride 1, groups',
    inputs: [x(1, 2, 3, 4, 3), weights(4, 1, 2, 2, 2)],
    attributes: { group: 2, pads: [1, 0, 1, 0, 1, 1] },
  },
  {
    operator: 'Conv',
    form: 'VALID',
    inputs: [x(1, 2, 7, 6), x(3, 2, 3, 3)],
    attributes: { auto_pad: 'VALID', strides: [2, 2] },
  },
  ...['SAME_UPPER', 'SAME_LOWER'].flatMap((auto_pad): readonly GradientCheckRow[] => [
    { operator: 'Conv', form: auto_pad, inputs: [x(1, 2, 5, 6), x(3, 2, 3, 2)], attributes: { auto_pad } },
    {
      operator: 'Conv',
      form: `${auto_pad}, stride 2`,
      inputs: [x(1, 2, 5, 6), x(3, 2, 3, 3)],
      attributes: { auto_pad, strides: [2, 2] },
    },
    {
      operator: 'Conv',
      form: `${auto_pad}, stride 2, given kernel_shape`,
      inputs: [x(1, 2, 6, 6), x(3, 2, 4, 3)],
      attributes: { auto_pad, strides: [2, 3], kernel_shape: [4, 3] },
    },
    {
      operator: 'Conv',
      form: `${auto_pad}, stride beyond the kernel`,
      inputs: [x(1, 2, 7, 8), x(3, 2, 1, 2)],
      attributes: { auto_pad, strides: [3, 3] },
    },
    {
      operator: 'Conv',
      form: `${auto_pad}, depthwise, stride 2`,
      inputs: [x(2, 3, 8, 7), x(3, 1, 5, 5)],
      attributes: { auto_pad, strides: [2, 2], group: 3 },
    },
  ]),
  {
    operator: 'Conv',
    form: 'older opset',
    opset: 9,
    inputs: [x(1, 2, 5, 6), x(3, 2, 3, 3), x(3)],
    attributes: { pads: [1, 1, 1, 1], strides: [2, 2] },
  },
  {
    operator: 'Conv',
    form: 'newer opset',
    opset: 22,
    inputs: [x(1, 2, 5, 6), x(3, 2, 3, 3), x(3)],
    attributes: { pads: [1, 1, 1, 1], strides: [2, 2] },
  },
];
