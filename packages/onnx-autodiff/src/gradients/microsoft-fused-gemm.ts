import type { Decomposition } from '../gradient-rule.ts';
import { fusedActivation } from '../support/fused-activation.ts';

export const microsoftFusedGemm: Decomposition = {
  operator: 'FusedGemm',
  domain: 'com.microsoft',
  opsets: [7, 26],
  covers:
    'Everything that the gradient of Gemm covers; the activations Relu, Tanh, Sigmoid, LeakyRelu and HardSigmoid.',
  refuses: {
    'other activations': 'ONNX Runtime fuses no others',
  },
  decompose: ({ node, inputs, graph }) => {
    const sum = graph.op('Gemm', inputs, {
      transA: node.int('transA', 0),
      transB: node.int('transB', 0),
      alpha: { float: node.float('alpha', 1) },
      beta: { float: node.float('beta', 1) },
    });
    return [fusedActivation(graph, node, sum, node.float('activation_alpha'), node.float('activation_beta'))];
  },
};
