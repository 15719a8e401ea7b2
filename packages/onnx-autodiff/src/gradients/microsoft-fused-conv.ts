import type { Decomposition } from '../gradient-rule.ts';
import { fusedActivation } from '../support/fused-activation.ts';
import { windowAttributes } from '../support/window-attributes.ts';

export const microsoftFusedConv: Decomposition = {
  operator: 'FusedConv',
  domain: 'com.microsoft',
  opsets: [7, 26],
  covers:
    'Everything that the gradient of Conv covers, with an added tensor; the activations Relu, Tanh, Sigmoid, LeakyRelu, Clip and HardSigmoid.',
  refuses: {
    'other activations': 'ONNX Runtime fuses no others',
  },
  decompose: ({ node, inputs: [x, weights, bias, added], graph }) => {
    const convolved = graph.op('Conv', [x, weights, bias], windowAttributes(node));
    const sum = added ? graph.add(convolved, added) : convolved;
    const [first, second] = node.floats('activation_params', []);
    return [fusedActivation(graph, node, sum, first, second)];
  },
};
