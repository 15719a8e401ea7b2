import type { GradientCheckRow } from '../../src/gradient-check/index.ts';

const product = (form: string, left: readonly number[], right: readonly number[]): GradientCheckRow => ({
  operator: 'MatMul',
  form,
  inputs: [{ dims: left }, { dims: right }],
});

export const linearAlgebraRows: readonly GradientCheckRow[] = [
  product('matrices', [3, 4], [4, 2]),
  product('batches', [2, 3, 4], [2, 4, 2]),
  product('a batch and a matrix', [2, 3, 3, 4], [4, 2]),
  product('a matrix and a batch', [3, 4], [2, 4, 2]),
  product('batches that broadcast both ways', [2, 1, 3, 4], [5, 4, 2]),
  product('vectors', [4], [4]),
  product('a vector and a matrix', [4], [4, 3]),
  product('a matrix and a vector', [3, 4], [4]),
  product('a vector and a batch', [4], [2, 3, 4, 2]),
  product('a batch and a vector', [2, 3, 5, 4], [4]),
  { operator: 'MatMul', form: 'by a weight', inputs: [{ dims: [2, 3, 4] }, { dims: [4, 2], constant: true }] },
  { operator: 'Gemm', form: 'no C', inputs: [{ dims: [3, 4] }, { dims: [4, 2] }] },
  { operator: 'Gemm', form: 'C of the same shape', inputs: [{ dims: [3, 4] }, { dims: [4, 2] }, { dims: [3, 2] }] },
  {
    operator: 'Gemm',
    form: 'C a row, both transposed',
    attributes: { transA: 1, transB: 1, alpha: { float: 0.5 }, beta: { float: 2 } },
    inputs: [{ dims: [4, 3] }, { dims: [2, 4] }, { dims: [2] }],
  },
  {
    operator: 'Gemm',
    form: 'C a column, A transposed',
    attributes: { transA: 1, alpha: { float: 1.5 } },
    inputs: [{ dims: [4, 3] }, { dims: [4, 2] }, { dims: [3, 1] }],
  },
  {
    operator: 'Gemm',
    form: 'C a scalar, B a weight, transposed',
    attributes: { transB: 1 },
    inputs: [{ dims: [3, 4] }, { dims: [2, 4], constant: true }, { dims: [] }],
  },
];
