import type { GradientCheckRow } from '../../src/gradient-check/index.ts';

const fused = { operator: 'FusedMatMul', domain: 'com.microsoft' };

export const contribRows: readonly GradientCheckRow[] = [
  { ...fused, form: 'plain', inputs: [{ dims: [2, 3] }, { dims: [3, 4] }] },
  {
    ...fused,
    form: 'alpha, transA',
    attributes: { alpha: { float: 0.5 }, transA: 1 },
    inputs: [{ dims: [2, 3, 2] }, { dims: [2, 3, 4] }],
  },
  {
    ...fused,
    form: 'alpha, transB, one batch',
    attributes: { alpha: { float: -2 }, transB: 1 },
    inputs: [{ dims: [2, 2, 3] }, { dims: [4, 3] }],
  },
  {
    ...fused,
    form: 'transA and transB, broadcast batches',
    attributes: { transA: 1, transB: 1 },
    inputs: [{ dims: [2, 1, 3, 2] }, { dims: [3, 4, 3] }],
  },
];
