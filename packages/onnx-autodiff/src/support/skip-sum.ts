import type { GraphBuilder } from '../builder.ts';
import { errors } from '../errors.ts';
import type { GradientContext } from '../gradient-rule.ts';
import type { Value } from '../types.ts';

/** What goes through a block of a transformer beside it, added to what comes out of it. */
export function skipSum(graph: GraphBuilder, a: Value, skip: Value, bias: Value | undefined): Value {
  const sum = graph.add(a, skip);
  return bias ? graph.add(sum, bias) : sum;
}

/** ONNX Runtime computes mean and inverse deviation in training alone. */
export function refuseStatistics({ node, gradients }: GradientContext): void {
  if (gradients[1] ?? gradients[2]) {
    throw errors.ruleLimit(
      node.operator,
      node.name,
      'an objective that reads the statistics',
      'one that reads the result or the sum',
    );
  }
}
