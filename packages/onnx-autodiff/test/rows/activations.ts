import type { GradientCheckRow } from '../../src/gradient-check/index.ts';

export const activationRows: readonly GradientCheckRow[] = [
  { operator: 'Relu', form: 'away from 0', inputs: [{ dims: [2, 3, 4], avoid: [0] }] },
  { operator: 'Add', form: 'same shape', inputs: [{ dims: [2, 3] }, { dims: [2, 3] }] },
  { operator: 'Add', form: 'both sides broadcast', inputs: [{ dims: [2, 1, 4] }, { dims: [3, 1] }] },
  { operator: 'Mul', form: 'both sides broadcast', inputs: [{ dims: [2, 1, 4] }, { dims: [3, 1] }] },
  { operator: 'Mul', form: 'by a weight', inputs: [{ dims: [2, 3, 4] }, { dims: [3, 1], constant: true }] },
];
