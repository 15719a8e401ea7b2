import type { GradientCheckRow } from '../../src/gradient-check/index.ts';

const operators = ['Softmax', 'LogSoftmax'];

export const softmaxRows: readonly GradientCheckRow[] = operators.flatMap((operator) => [
  { operator, form: 'last axis by default', inputs: [{ dims: [2, 3, 4] }] },
  { operator, form: 'axis 1', attributes: { axis: 1 }, inputs: [{ dims: [2, 3, 4] }] },
  { operator, form: 'axis 0', attributes: { axis: 0 }, inputs: [{ dims: [4, 3] }] },
  { operator, form: 'axis -2', attributes: { axis: -2 }, inputs: [{ dims: [2, 3, 4] }] },
  { operator, form: 'axes from 1 on as one', opset: 11, attributes: { axis: 1 }, inputs: [{ dims: [2, 3, 4] }] },
  { operator, form: 'axes from the default 1 on as one', opset: 11, inputs: [{ dims: [2, 3, 2, 2] }] },
  { operator, form: 'the last axis', opset: 11, attributes: { axis: 2 }, inputs: [{ dims: [2, 3, 4] }] },
]);
