import type { GradientRule } from '../gradient-rule.ts';

export const gemm: GradientRule = {
  operator: 'Gemm',
  opsets: [7, 26],
  covers: 'transA, transB, alpha, beta; C broadcast or left out.',
  gradient({ node, inputs: [a, b, c], gradients: [dy], graph }) {
    const transA = node.int('transA', 0);
    const transB = node.int('transB', 0);
    const alpha = node.float('alpha', 1);
    const product = (left: typeof dy, right: typeof dy, flipLeft: number, flipRight: number) =>
      graph.op('Gemm', [left, right], {
        transA: flipLeft,
        transB: flipRight,
        ...(alpha !== 1 && { alpha: { float: alpha } }),
      });
    return {
      0: () => graph.withShape(transA === 1 ? product(b, dy, transB, 1) : product(dy, b, 0, 1 - transB), a!),
      1: () => graph.withShape(transB === 1 ? product(dy, a, 1, transA) : product(a, dy, 1 - transA, 0), b!),
      2: () => graph.scale(graph.unbroadcast(dy!, c!), node.float('beta', 1)),
    };
  },
};
