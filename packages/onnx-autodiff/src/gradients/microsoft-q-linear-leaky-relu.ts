import { quantisedUnary } from '../support/quantised-operator.ts';

export const microsoftQLinearLeakyRelu = quantisedUnary('QLinearLeakyRelu', 'LeakyRelu', (graph, a, { node }) =>
  graph.op('LeakyRelu', [a], { alpha: { float: node.float('alpha', 0.01) } }),
);
