import type { OperatorRule } from '../gradient-rule.ts';
import { add } from './add.ts';
import { averagePool } from './average-pool.ts';
import { batchNormalization } from './batch-normalization.ts';
import { conv } from './conv.ts';
import { dropout } from './dropout.ts';
import { globalAveragePool } from './global-average-pool.ts';
import { globalMaxPool } from './global-max-pool.ts';
import { lrn } from './lrn.ts';
import { maxPool } from './max-pool.ts';
import { mul } from './mul.ts';
import { relu } from './relu.ts';

const rules: readonly OperatorRule[] = [
  add,
  averagePool,
  batchNormalization,
  conv,
  dropout,
  globalAveragePool,
  globalMaxPool,
  lrn,
  maxPool,
  mul,
  relu,
];

/** Every rule by `domain:operator`: the only table. */
export const gradientRules: ReadonlyMap<string, OperatorRule> = new Map(
  rules.map((rule) => [`${rule.domain ?? ''}:${rule.operator}`, rule]),
);
