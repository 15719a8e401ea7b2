import type { Decomposition } from '../gradient-rule.ts';
import { meanSquareScaled } from '../support/mean-square.ts';
import { refuseStatistics, skipSum } from '../support/skip-sum.ts';

export const microsoftSkipSimplifiedLayerNormalization: Decomposition = {
  operator: 'SkipSimplifiedLayerNormalization',
  domain: 'com.microsoft',
  opsets: [7, 26],
  covers: 'Input, skip (broadcast), scale and bias of the sum; gradients from the result and from the sum.',
  refuses: {
    'an objective that reads mean or inv_std_var': 'ONNX Runtime computes them in training alone',
  },
  decompose: (context) => {
    refuseStatistics(context);
    const { node, inputs, graph } = context;
    const sum = skipSum(graph, inputs[0]!, inputs[1]!, inputs[3]);
    return [meanSquareScaled(graph, sum, inputs[2]!, node.float('epsilon', 1e-12)), undefined, undefined, sum];
  },
};
