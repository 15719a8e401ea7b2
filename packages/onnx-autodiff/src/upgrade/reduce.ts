import { axesInput } from './axes-input.ts';
import type { UpgradeRule } from './upgrade-rule.ts';

/** Opset 13 turned the axes of ReduceSum from an attribute into an input, opset 18 those of the other reductions. */
export const reduce: readonly UpgradeRule[] = [
  axesInput('ReduceSum', 13),
  ...[
    'ReduceL1',
    'ReduceL2',
    'ReduceLogSum',
    'ReduceLogSumExp',
    'ReduceMax',
    'ReduceMean',
    'ReduceMin',
    'ReduceProd',
    'ReduceSumSquare',
  ].map((operator) => axesInput(operator, 18)),
];
