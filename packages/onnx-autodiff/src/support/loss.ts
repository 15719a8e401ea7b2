import type { GradientContext } from '../gradient-rule.ts';
import type { Value } from '../types.ts';

/** The negative of what `logs` `[N, C, ...]` has at the labels `[N, ...]`, weighted by class, and reduced as the node says. */
export function meanLoss({ node, inputs: [, labels, weights], graph }: GradientContext, logs: Value): Value {
  const classes = graph.cast(labels!, 'int64');
  const ignored = node.int('ignore_index');
  const isIgnored =
    ignored === undefined
      ? undefined
      : graph.op('Equal', [classes, graph.constant({ type: 'int64', dims: [], values: [ignored] })]);
  // What is ignored need not be a class.
  const places = isIgnored
    ? graph.where(isIgnored, graph.constant({ type: 'int64', dims: [], values: [0] }), classes)
    : classes;
  const found = graph.op('GatherElements', [logs, graph.unsqueeze(places, [1])], { axis: 1 });
  const losses = graph.neg(graph.squeeze(found, [1]));
  const zero = graph.scalarLike(logs, 0);
  const one = graph.scalarLike(logs, 1);
  const ofClass = weights ? graph.op('Gather', [weights, places], { axis: 0 }) : undefined;
  const factors = isIgnored ? graph.where(isIgnored, zero, ofClass ?? one) : ofClass;
  const weighted = factors ? graph.mul(losses, factors) : losses;
  const reduce = (operator: string, a: Value) => graph.op(operator, [a], { keepdims: 0 });
  switch (node.string('reduction', 'mean')) {
    case 'none':
      return weighted;
    case 'sum':
      return reduce('ReduceSum', weighted);
    default:
      return factors
        ? graph.div(reduce('ReduceSum', weighted), reduce('ReduceSum', factors))
        : reduce('ReduceMean', weighted);
  }
}
