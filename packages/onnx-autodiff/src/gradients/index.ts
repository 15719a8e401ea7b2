import type { OperatorRule } from '../gradient-rule.ts';
import { add } from './add.ts';
import { conv } from './conv.ts';
import { mul } from './mul.ts';
import { relu } from './relu.ts';

const rules: readonly OperatorRule[] = [add, conv, mul, relu];

/** Every rule by `domain:operator`: the only table. */
export const gradientRules: ReadonlyMap<string, OperatorRule> = new Map(
  rules.map((rule) => [`${rule.domain ?? ''}:${rule.operator}`, rule]),
);
