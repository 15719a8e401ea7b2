import { errors } from '../errors.ts';
import type { GradientRule } from '../gradient-rule.ts';

export const matMul: GradientRule = {
  operator: 'MatMul',
  opsets: [7, 26],
  covers: 'Vectors, matrices and batches of matrices in every combination, with broadcast batch axes.',
  gradient({ node, inputs: [a, b], gradients: [dy], graph }) {
    const [left, right] = [a!.shape?.length, b!.shape?.length];
    if (left === undefined || right === undefined) {
      throw errors.ruleLimit('MatMul', node.name, 'a factor of unknown rank', 'factors whose rank is known ahead');
    }
    if (left === 1 && right === 1) {
      return { 0: () => graph.mul(dy!, b!), 1: () => graph.mul(dy!, a!) };
    }
    // A vector is a row on the left and a column on the right.
    const row = left === 1 ? graph.unsqueeze(a!, [0]) : a!;
    const column = right === 1 ? graph.unsqueeze(b!, [1]) : b!;
    const product = left === 1 ? graph.unsqueeze(dy!, [-2]) : right === 1 ? graph.unsqueeze(dy!, [-1]) : dy!;
    return {
      0: () => {
        const gradient = graph.matmul(product, graph.transposeLast(column));
        return graph.reshapeLike(graph.unbroadcast(gradient, row), a!);
      },
      1: () => {
        if (row.shape!.length > 2 && column.shape!.length === 2) {
          // One product over all samples at once sums over them.
          const flat = (value: typeof row) => graph.op('Flatten', [value], { axis: value.shape!.length - 1 });
          const gradient = graph.op('Gemm', [flat(row), flat(product)], { transA: 1 });
          return graph.reshapeLike(gradient, b!);
        }
        const gradient = graph.matmul(graph.transposeLast(row), product);
        return graph.reshapeLike(graph.unbroadcast(gradient, column), b!);
      },
    };
  },
};
