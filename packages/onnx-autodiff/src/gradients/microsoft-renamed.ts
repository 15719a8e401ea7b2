import type { OperatorRule } from '../gradient-rule.ts';
import { gridSample } from './grid-sample.ts';
import { microsoftFusedMatMul } from './microsoft-fused-mat-mul.ts';
import { trilu } from './trilu.ts';

const inMicrosoft = { domain: 'com.microsoft', opsets: [7, 26] } as const;

/** Operators of com.microsoft that compute what others do. */
export const microsoftRenamed: readonly OperatorRule[] = [
  { ...microsoftFusedMatMul, operator: 'TransposeMatMul', covers: 'As FusedMatMul.' },
  { ...trilu, ...inMicrosoft },
  {
    ...gridSample,
    ...inMicrosoft,
    covers: 'nearest, linear and cubic as GridSample of opset 16; gradients of the input and of the grid.',
  },
];
