import type { Decomposition } from '../gradient-rule.ts';
import { dequantise, dequantised } from '../support/whole-numbers.ts';

export const microsoftQGemm: Decomposition = {
  operator: 'QGemm',
  domain: 'com.microsoft',
  opsets: [7, 26],
  covers:
    'By the straight-through rule, as DequantizeLinear, Gemm and, where the result has a scale, QuantizeLinear: transA, transB, alpha, a ' +
    'scale for each column. Of A, B and C, whose gradients are floating-point ones with respect to a step of one, and of the scales.',
  inputs: [0, 1, 3, 4, 6, 7],
  straightThrough: true,
  decompose: (context) => {
    const { node, inputs, graph } = context;
    const [, scaleOfA, , , scaleOfB, , c, scale, zero] = inputs;
    const [transA, transB, alpha] = [node.int('transA', 0), node.int('transB', 0), node.float('alpha', 1)];
    const left = dequantised(context, { tensor: 0, scale: 1, zero: 2, axis: 0 });
    const right = dequantised(context, { tensor: 3, scale: 4, zero: 5, axis: transB === 0 ? 1 : 0 });
    const product = graph.op('Gemm', [left, right], { transA, transB, alpha: { float: alpha } });
    const step = () => graph.scale(graph.mul(scaleOfA!, scaleOfB!), alpha);
    const sum = c ? graph.add(product, dequantise(graph, c, step(), undefined, -1)) : product;
    return [scale ? graph.op('QuantizeLinear', [sum, scale, zero]) : sum];
  },
};
