import type { Decomposition } from '../gradient-rule.ts';
import { refuseStatistics, skipSum } from '../support/skip-sum.ts';

export const microsoftSkipLayerNormalization: Decomposition = {
  operator: 'SkipLayerNormalization',
  domain: 'com.microsoft',
  opsets: [7, 26],
  covers:
    'Input, skip (broadcast), scale, bias of the scale and bias of the sum; gradients from the result and from the sum.',
  refuses: {
    'an objective that reads mean or inv_std_var': 'ONNX Runtime computes them in training alone',
  },
  decompose: (context) => {
    refuseStatistics(context);
    const { node, inputs, graph } = context;
    const sum = skipSum(graph, inputs[0]!, inputs[1]!, inputs[4]);
    const epsilon = { float: node.float('epsilon', 1e-12) };
    return [
      graph.op('LayerNormalization', [sum, inputs[2], inputs[3]], { axis: -1, epsilon }),
      undefined,
      undefined,
      sum,
    ];
  },
};
