import type { GradientCheckRow, RowInput } from '../../src/gradient-check/index.ts';

const x = (...dims: number[]): RowInput => ({ dims });
const weights = (...dims: number[]): RowInput => ({ dims, constant: true });
const variance = (dims: number[], constant = false): RowInput => ({ dims, constant, range: [0.5, 2] });
const flag = (value: number): RowInput => ({ dims: [], type: 'bool', values: [value], constant: true });

export const normalisationRows: readonly GradientCheckRow[] = [
  {
    operator: 'BatchNormalization',
    form: 'weights',
    inputs: [x(2, 3, 4, 5), weights(3), weights(3), weights(3), variance([3], true)],
  },
  {
    operator: 'BatchNormalization',
    form: 'all inputs computed, epsilon',
    inputs: [x(2, 3, 4, 5), x(3), x(3), x(3), variance([3])],
    attributes: { epsilon: { float: 0.1 } },
  },
  { operator: 'BatchNormalization', form: 'two dimensions', inputs: [x(4, 3), x(3), x(3), x(3), variance([3])] },
  { operator: 'BatchNormalization', form: 'one spatial axis', inputs: [x(2, 3, 5), x(3), x(3), x(3), variance([3])] },
  {
    operator: 'BatchNormalization',
    form: 'older opset',
    opset: 9,
    inputs: [x(2, 3, 4), x(3), x(3), x(3), variance([3])],
  },
  {
    operator: 'Dropout',
    form: 'ratio as an attribute',
    opset: 11,
    inputs: [x(2, 3)],
    attributes: { ratio: { float: 0.4 } },
  },
  { operator: 'Dropout', form: 'no ratio', inputs: [x(2, 3)] },
  {
    operator: 'Dropout',
    form: 'ratio as an input, with mask',
    outputs: 2,
    inputs: [x(2, 3), { dims: [], values: [0.5], constant: true, check: false }],
  },
  {
    operator: 'Dropout',
    form: 'training_mode = false',
    inputs: [x(2, 3), { dims: [], values: [0.5], constant: true, check: false }, flag(0)],
  },
  {
    operator: 'LRN',
    form: 'odd size',
    inputs: [x(2, 7, 3, 2)],
    attributes: { size: 5, alpha: { float: 2 }, beta: { float: 0.75 }, bias: { float: 1.5 } },
  },
  {
    operator: 'LRN',
    form: 'size beyond the channels',
    inputs: [x(2, 3, 3, 1)],
    attributes: { size: 9, alpha: { float: 1 } },
  },

  { operator: 'LayerNormalization', form: 'last axis', opset: 17, inputs: [x(2, 3, 5), x(5), x(5)] },
  {
    operator: 'LayerNormalization',
    form: 'weights, epsilon',
    inputs: [x(2, 3, 5), weights(5), weights(5)],
    attributes: { epsilon: { float: 0.1 } },
  },
  { operator: 'LayerNormalization', form: 'no bias', inputs: [x(2, 3, 5), x(5)] },
  {
    operator: 'LayerNormalization',
    form: 'negative axis, two axes',
    inputs: [x(2, 3, 4, 2), x(4, 2), x(4, 2)],
    attributes: { axis: -2 },
  },
  {
    operator: 'LayerNormalization',
    form: 'axis 1, scale that broadcasts',
    inputs: [x(2, 3, 4), x(3, 1), x(3, 4)],
    attributes: { axis: 1 },
    symbolic: false,
  },
  { operator: 'LayerNormalization', form: 'with Mean and InvStdDev', outputs: 3, inputs: [x(2, 3, 5), x(5), x(5)] },
  {
    operator: 'LayerNormalization',
    form: 'objective of all outputs',
    outputs: 3,
    objective: [0, 1, 2],
    inputs: [x(2, 3, 5), x(5), x(5)],
  },
  {
    operator: 'LayerNormalization',
    form: 'objective of the mean, two axes',
    outputs: 3,
    objective: [1],
    inputs: [x(2, 3, 4, 2), weights(4, 2), weights(4, 2)],
    attributes: { axis: -2 },
  },
  {
    operator: 'LayerNormalization',
    form: 'objective of InvStdDev, nothing of scale and bias',
    outputs: 3,
    objective: [2],
    inputs: [x(2, 3, 5), x(5), x(5)],
  },
  {
    operator: 'InstanceNormalization',
    form: 'two spatial axes',
    inputs: [x(2, 3, 4, 5), x(3), x(3)],
    attributes: { epsilon: { float: 0.05 } },
  },
  {
    operator: 'InstanceNormalization',
    form: 'one spatial axis, weights',
    opset: 9,
    inputs: [x(2, 3, 6), weights(3), weights(3)],
  },
  { operator: 'InstanceNormalization', form: 'three spatial axes', inputs: [x(1, 2, 2, 3, 2), x(2), x(2)] },
  {
    operator: 'GroupNormalization',
    form: 'scale by group',
    inputs: [x(2, 6, 3, 2), x(3), x(3)],
    attributes: { num_groups: 3 },
  },
  {
    operator: 'GroupNormalization',
    form: 'scale by channel',
    opset: 21,
    inputs: [x(2, 6, 3, 2), x(6), x(6)],
    attributes: { num_groups: 3, epsilon: { float: 0.1 } },
  },
  {
    operator: 'GroupNormalization',
    form: 'scale by channel, weights, one spatial axis',
    opset: 22,
    inputs: [x(2, 4, 5), weights(4), weights(4)],
    attributes: { num_groups: 2 },
  },
  { operator: 'RMSNormalization', form: 'last axis', opset: 23, inputs: [x(2, 3, 5), x(5)] },
  {
    operator: 'RMSNormalization',
    form: 'two axes, epsilon',
    opset: 23,
    inputs: [x(2, 3, 5), x(3, 5)],
    attributes: { axis: 1, epsilon: { float: 0.1 } },
  },
  { operator: 'LpNormalization', form: 'p = 2', inputs: [x(2, 3, 4)] },
  { operator: 'LpNormalization', form: 'p = 2, axis 1', inputs: [x(2, 3, 4)], attributes: { axis: 1, p: 2 } },
  { operator: 'LpNormalization', form: 'p = 1', inputs: [{ dims: [2, 4], avoid: [0] }], attributes: { p: 1 } },
  { operator: 'LpNormalization', form: 'newer opset', opset: 22, inputs: [x(2, 3, 4)], attributes: { axis: 0 } },
  { operator: 'MeanVarianceNormalization', form: 'default axes', inputs: [x(2, 3, 4, 2)] },
  {
    operator: 'MeanVarianceNormalization',
    form: 'given axes',
    opset: 9,
    inputs: [x(2, 3, 4)],
    attributes: { axes: [1, 2] },
  },
];
