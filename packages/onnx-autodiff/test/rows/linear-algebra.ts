import type { GradientCheckRow, RowInput } from '../../src/gradient-check/index.ts';

const product = (form: string, left: readonly number[], right: readonly number[]): GradientCheckRow => ({
  operator: 'MatMul',
  form,
  inputs: [{ dims: left }, { dims: right }],
});

const einsum = (form: string, equation: string, ...operands: readonly (readonly number[])[]): GradientCheckRow => ({
  operator: 'Einsum',
  form: `${form}, ${equation}`,
  attributes: { equation },
  inputs: operands.map((dims) => ({ dims })),
});

const attention = (
  form: string,
  attributes: GradientCheckRow['attributes'],
  query: readonly number[],
  key: readonly number[],
  value: readonly number[],
  mask?: RowInput,
): GradientCheckRow => ({
  operator: 'Attention',
  form,
  opset: 23,
  attributes: attributes ?? {},
  inputs: [{ dims: query }, { dims: key }, { dims: value }, ...(mask ? [mask] : [])],
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
  einsum('a product', 'ij,jk->ik', [2, 3], [3, 4]),
  einsum('scores of attention', 'bhqd,bhkd->bhqk', [2, 2, 3, 4], [2, 2, 5, 4]),
  einsum('an implicit result', 'kj,ik', [2, 3], [4, 2]),
  einsum('three operands', 'ij,jk,kl->il', [2, 3], [3, 4], [4, 2]),
  einsum('axes that one operand sums alone', 'abc,cd->bd', [2, 3, 4], [4, 2]),
  einsum('everything summed', 'ij->', [2, 3]),
  einsum('an outer product', 'i,j->ji', [2], [3]),
  einsum('a permutation', 'abc->cab', [2, 3, 4]),
  einsum('a diagonal', 'bii->bi', [2, 3, 3]),
  einsum('a diagonal in front', 'iij->ij', [3, 3, 2]),
  einsum('a trace', 'ii', [3, 3]),
  einsum('a weighted diagonal', 'bii,i->b', [2, 3, 3], [3]),
  einsum('ellipses', '...ij,...jk->...ik', [2, 2, 3], [2, 3, 4]),
  einsum('ellipses that broadcast', '...ij,...jk->...ik', [5, 2, 2, 3], [1, 2, 3, 4]),
  einsum('an ellipsis on one side', 'b...d,de->b...e', [2, 3, 2, 4], [4, 3]),
  einsum('an implicit result with an ellipsis', '...i,i', [2, 3, 4], [4]),
  attention('four axes', {}, [2, 3, 4, 5], [2, 3, 6, 5], [2, 3, 6, 4]),
  attention('grouped heads', {}, [2, 4, 3, 5], [2, 2, 6, 5], [2, 2, 6, 4]),
  attention('three axes', { q_num_heads: 2, kv_num_heads: 2 }, [2, 3, 6], [2, 4, 6], [2, 4, 8]),
  attention('three axes, one key head', { q_num_heads: 4, kv_num_heads: 1 }, [2, 3, 8], [2, 5, 2], [2, 5, 3]),
  attention('causal, scaled', { is_causal: 1, scale: { float: 0.7 } }, [1, 2, 4, 3], [1, 2, 4, 3], [1, 2, 4, 3]),
  attention('softcap', { softcap: { float: 0.8 } }, [2, 2, 3, 4], [2, 2, 5, 4], [2, 2, 5, 4]),
  attention('an added mask', {}, [2, 2, 3, 4], [2, 2, 5, 4], [2, 2, 5, 4], { dims: [2, 1, 3, 5] }),
  attention(
    'a mask for every sample, capped scores',
    { softcap: { float: 2 } },
    [2, 4, 3, 4],
    [2, 2, 5, 4],
    [2, 2, 5, 4],
    {
      dims: [3, 5],
    },
  ),
  attention('a Boolean mask', { q_num_heads: 2, kv_num_heads: 2 }, [1, 3, 4], [1, 4, 4], [1, 4, 4], {
    dims: [3, 4],
    type: 'bool',
    values: [1, 0, 1, 1, 0, 1, 0, 0, 1, 1, 1, 1],
  }),
  attention('causal, more keys than queries', { is_causal: 1 }, [1, 2, 2, 3], [1, 2, 4, 3], [1, 2, 4, 3]),
  attention('causal, more queries than keys', { is_causal: 1 }, [1, 2, 4, 3], [1, 2, 2, 3], [1, 2, 2, 3]),
  attention('a query that sees no key', {}, [1, 1, 2, 3], [1, 1, 3, 3], [1, 1, 3, 3], {
    dims: [2, 3],
    type: 'bool',
    values: [1, 0, 1, 0, 0, 0],
  }),
  { ...attention('four axes', {}, [2, 3, 4, 5], [2, 3, 6, 5], [2, 3, 6, 4]), opset: 24 },
];
