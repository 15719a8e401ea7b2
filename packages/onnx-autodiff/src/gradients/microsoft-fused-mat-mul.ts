import { errors } from '../errors.ts';
import type { GradientRule } from '../gradient-rule.ts';

export const microsoftFusedMatMul: GradientRule = {
  operator: 'FusedMatMul',
  domain: 'com.microsoft',
  opsets: [7, 26],
  covers: 'alpha, transA and transB of matrices and batches of matrices, with broadcast batch axes.',
  refuses: {
    'transBatchA and transBatchB': 'a batch axis between rows and columns, which no exporter writes',
  },
  gradient({ node, inputs: [a, b], gradients: [dy], graph }) {
    const ranks = [a!.shape?.length, b!.shape?.length];
    const turnsBatch = node.int('transBatchA', 0) !== 0 || node.int('transBatchB', 0) !== 0;
    if (turnsBatch || ranks.some((rank) => rank === undefined || rank < 2)) {
      const found = turnsBatch
        ? 'transBatchA or transBatchB'
        : `factors of rank ${ranks.map((rank) => rank ?? 'unknown').join(' and ')}`;
      throw errors.ruleLimit(
        'FusedMatMul',
        node.name,
        found,
        'matrices, or batches of matrices with the batch in front',
      );
    }
    const [transA, transB] = [node.int('transA', 0) === 1, node.int('transB', 0) === 1];
    const scaled = () => graph.scale(dy!, node.float('alpha', 1));
    return {
      0: () => {
        // With A' = A or its transpose, and B' likewise: dA' = dy B'^T.
        const gradient = transA
          ? graph.matmul(transB ? graph.transposeLast(b!) : b!, graph.transposeLast(scaled()))
          : graph.matmul(scaled(), transB ? b! : graph.transposeLast(b!));
        return graph.unbroadcast(gradient, a!);
      },
      1: () => {
        // dB' = A'^T dy.
        const gradient = transB
          ? graph.matmul(graph.transposeLast(scaled()), transA ? graph.transposeLast(a!) : a!)
          : graph.matmul(transA ? a! : graph.transposeLast(a!), scaled());
        return graph.unbroadcast(gradient, b!);
      },
    };
  },
};
