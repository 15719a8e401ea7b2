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
];
