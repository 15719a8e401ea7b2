import type { GradientCheckRow } from '../../src/gradient-check/index.ts';

const ints = (...values: readonly number[]) => ({ dims: [values.length], type: 'int64' as const, values });

export const col2ImRows: readonly GradientCheckRow[] = [
  {
    operator: 'Col2Im',
    form: 'blocks side by side',
    attributes: { strides: [2, 2] },
    inputs: [{ dims: [2, 12, 4] }, { ...ints(4, 4), constant: true }, { ...ints(2, 2), constant: true }],
  },
  {
    operator: 'Col2Im',
    form: 'overlapping blocks with dilations, pads and strides',
    attributes: { dilations: [1, 2], pads: [1, 0, 0, 2], strides: [2, 1] },
    inputs: [{ dims: [1, 12, 14] }, { ...ints(5, 7), constant: true }, { ...ints(3, 2), constant: true }],
  },
  {
    operator: 'Col2Im',
    form: 'one axis, the size of the image fed',
    inputs: [{ dims: [2, 6, 4] }, ints(6), { ...ints(3), constant: true }],
  },
];
