import { quantisedUnary } from '../support/quantised-operator.ts';

export const microsoftQLinearSigmoid = quantisedUnary('QLinearSigmoid', 'Sigmoid', (graph, a) =>
  graph.op('Sigmoid', [a]),
);
