import { quantisedUnary } from '../support/quantised-operator.ts';

/** Before opset 13 Softmax joined the axes from the one given on. */
export const microsoftQLinearSoftmax = quantisedUnary('QLinearSoftmax', 'Softmax', (graph, a, { node }) => {
  const joined = node.int('opset', 13) < 13;
  const axis = node.int('axis', joined ? 1 : -1);
  if (!joined) return graph.op('Softmax', [a], { axis });
  return graph.reshapeLike(graph.op('Softmax', [graph.op('Flatten', [a], { axis })], { axis: 1 }), a);
});
