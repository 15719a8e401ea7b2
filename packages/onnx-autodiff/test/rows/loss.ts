import type { GradientCheckRow, RowInput } from '../../src/gradient-check/index.ts';

const labels = (values: readonly number[], dims: readonly number[]): RowInput => ({ dims, type: 'int64', values });
const places = labels([0, 2, 1, 2, 0, 1], [2, 3]);
const weights: RowInput = { dims: [4], range: [0.3, 1.5] };

const forms = (operator: string, outputs: number): readonly GradientCheckRow[] => [
  { operator, form: 'the mean over samples', opset: 13, inputs: [{ dims: [3, 4] }, labels([1, 3, 0], [3])] },
  {
    operator,
    form: 'the mean over places, weighted, one label ignored',
    attributes: { ignore_index: 2 },
    inputs: [{ dims: [2, 4, 3] }, places, weights],
  },
  {
    operator,
    form: 'the sum, a label ignored that is no class',
    attributes: { reduction: 'sum', ignore_index: -1 },
    inputs: [{ dims: [2, 4, 3] }, labels([0, -1, 1, 3, -1, 1], [2, 3])],
  },
  {
    operator,
    form: 'each place, weighted',
    attributes: { reduction: 'none' },
    inputs: [{ dims: [2, 4, 3] }, places, weights],
    ...(outputs === 2 && { outputs }),
  },
];

export const lossRows: readonly GradientCheckRow[] = [
  ...forms('NegativeLogLikelihoodLoss', 1),
  ...forms('SoftmaxCrossEntropyLoss', 2),
  {
    operator: 'SoftmaxCrossEntropyLoss',
    form: 'the logarithms of probabilities',
    inputs: [{ dims: [2, 4, 3] }, places],
    outputs: 2,
    objective: [1],
  },
];
