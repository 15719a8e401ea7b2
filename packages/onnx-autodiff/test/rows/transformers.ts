import type { GradientCheckRow, RowInput } from '../../src/gradient-check/index.ts';

const domain = 'com.microsoft';
const ints = (dims: readonly number[], values: readonly number[]): RowInput => ({ dims, type: 'int32', values });

const skips = (operator: string, bias: boolean): readonly GradientCheckRow[] => [
  {
    ...{ operator, domain, form: 'a sum of two, the sum handed out', outputs: 4, objective: [0, 3] },
    inputs: [{ dims: [2, 3, 4] }, { dims: [2, 3, 4] }, { dims: [4] }],
    attributes: { epsilon: { float: 0.05 } },
  },
  {
    ...{ operator, domain, form: 'a skip that broadcasts, every bias', tolerance: 1e-2 },
    inputs: [{ dims: [2, 3, 4] }, { dims: [3, 4] }, { dims: [4] }, ...(bias ? [{ dims: [4] }] : []), { dims: [4] }],
    attributes: { epsilon: { float: 0.2 } },
  },
];

const multi = (
  form: string,
  inputs: GradientCheckRow['inputs'],
  more: Partial<GradientCheckRow> = {},
): GradientCheckRow => ({
  ...{ operator: 'MultiHeadAttention', domain, form, inputs },
  ...more,
  attributes: { num_heads: 2, ...more.attributes },
});

const three: readonly RowInput[] = [{ dims: [2, 3, 4] }, { dims: [2, 5, 4] }, { dims: [2, 5, 6] }];

const own = (
  form: string,
  inputs: GradientCheckRow['inputs'],
  more: Partial<GradientCheckRow> = {},
): GradientCheckRow => ({
  ...{ operator: 'Attention', domain, form, inputs },
  ...more,
  attributes: { num_heads: 2, ...more.attributes },
});

const projected: readonly RowInput[] = [{ dims: [2, 3, 4] }, { dims: [4, 12] }, { dims: [12] }];

/** A file in which 4 and 8 bits are packed: 2 rows of 20, in blocks of 16. */
const packed = (bits: number, zeros?: RowInput): GradientCheckRow => {
  const bytes = (2 * 2 * 16 * bits) / 8;
  return {
    ...{
      operator: 'MatMulNBits',
      domain,
      form: `${bits} bits, ${zeros ? `zero points of ${zeros.type}` : 'no zero points'}`,
    },
    attributes: { K: 20, N: 2, bits, block_size: 16 },
    inputs: [
      { dims: [2, 3, 20] },
      {
        ...{ dims: [2, 2, (16 * bits) / 8], type: 'uint8', constant: true },
        values: Array.from({ length: bytes }, (_, at) => (at * 37 + 11) % 256),
      },
      { dims: [2, 2], range: [0.01, 0.1], constant: true },
      ...(zeros ? [zeros] : []),
    ],
  };
};

/** Weights `[2, 21]` in blocks of 16, the last of which is cut off. */
const bitsAndBytes = (kind: number, form: string): GradientCheckRow => ({
  ...{ operator: 'MatMulBnb4', domain, form },
  attributes: { K: 21, N: 2, block_size: 16, quant_type: kind },
  inputs: [
    { dims: [2, 3, 21] },
    {
      ...{ dims: [21], type: 'uint8', constant: true },
      values: Array.from({ length: 21 }, (_, at) => (at * 73 + 26) % 256),
    },
    { dims: [3], range: [0.5, 1.5], constant: true },
  ],
});

export const transformerRows: readonly GradientCheckRow[] = [
  bitsAndBytes(0, 'FP4'),
  bitsAndBytes(1, 'NF4'),
  ...skips('SkipLayerNormalization', true),
  ...skips('SkipSimplifiedLayerNormalization', false),
  {
    ...{ operator: 'SimplifiedLayerNormalization', form: 'the last axis' },
    inputs: [{ dims: [2, 3, 4] }, { dims: [4] }],
    attributes: { epsilon: { float: 0.1 } },
  },
  {
    ...{
      operator: 'EmbedLayerNormalization',
      domain,
      form: 'words, places and segments',
      outputs: 3,
      objective: [0, 2],
      symbolic: false,
    },
    inputs: [
      ints([2, 3], [0, 4, 1, 3, 3, 2]),
      ints([2, 3], [0, 1, 1, 0, 0, 1]),
      { dims: [5, 4] },
      { dims: [6, 4] },
      { dims: [2, 4] },
      { dims: [4] },
      { dims: [4] },
    ],
    attributes: { epsilon: { float: 0.2 } },
  },
  {
    ...{ operator: 'EmbedLayerNormalization', domain, form: 'words at given places', outputs: 2, symbolic: false },
    inputs: [
      ints([2, 3], [0, 4, 1, 3, 3, 2]),
      null,
      { dims: [5, 4] },
      { dims: [6, 4] },
      null,
      { dims: [4] },
      { dims: [4] },
      null,
      ints([2, 3], [5, 0, 2, 1, 1, 3]),
    ],
    attributes: { epsilon: { float: 0.2 } },
  },
  multi('queries of other places than keys', three),
  multi('bias, scale', [...three, { dims: [14] }], { attributes: { scale: { float: 0.7 } } }),
  multi('unidirectional, keys and values handed on', [{ dims: [2, 3, 4] }, { dims: [2, 3, 4] }, { dims: [2, 3, 4] }], {
    ...{ attributes: { unidirectional: 1 }, outputs: 3, objective: [0, 1, 2] },
  }),
  multi('keys that are hidden, a bias of the scores', [
    ...three,
    null,
    ints([2, 5], [1, 1, 0, 1, 0, 1, 0, 1, 1, 1]),
    { dims: [1, 2, 3, 5] },
  ]),
  multi('as many keys as each sample has', [...three, null, ints([2], [2, 4])], { symbolic: false }),
  multi('keys and values by heads', [{ dims: [2, 3, 4] }, { dims: [2, 2, 5, 2] }, { dims: [2, 2, 5, 2] }]),
  multi(
    'keys and values before',
    [
      ...[{ dims: [1, 2, 4] }, { dims: [1, 2, 4] }, { dims: [1, 2, 4] }, null, null, null],
      ...[{ dims: [1, 2, 3, 2] }, { dims: [1, 2, 3, 2] }],
    ],
    { outputs: 3, objective: [0, 1, 2], attributes: { unidirectional: 1 } },
  ),
  own('weights side by side', projected),
  own('unidirectional, scale', projected, { attributes: { unidirectional: 1, scale: { float: 0.6 } } }),
  own('other sizes of values', [{ dims: [2, 3, 4] }, { dims: [4, 14] }, { dims: [14] }], {
    attributes: { qkv_hidden_sizes: [4, 4, 6] },
  }),
  own('keys that are hidden', [...projected, ints([2, 3], [1, 0, 1, 1, 1, 0])]),
  own('pairs that are hidden, a bias of the scores', [
    ...projected,
    ints([2, 3, 3], [1, 0, 1, 1, 1, 0, 0, 0, 1, 1, 1, 1, 1, 1, 0, 1, 0, 0]),
    null,
    { dims: [2, 2, 3, 3] },
  ]),
  own('lengths of samples', [...projected, ints([2], [2, 3])], { symbolic: false }),
  own('keys and values before', [...projected, null, { dims: [2, 2, 2, 4, 2] }], {
    ...{ outputs: 2, objective: [0, 1], attributes: { unidirectional: 1 } },
  }),
  packed(4),
  packed(8),
  packed(2),
  { ...packed(8), form: 'a bias', inputs: [...packed(8).inputs, null, null, { dims: [2], constant: true }] },
  packed(4, { dims: [2, 1], type: 'uint8', values: [0x73, 0x5a], constant: true }),
  packed(8, { dims: [2, 2], type: 'uint8', values: [120, 99, 140, 128], constant: true }),
  packed(4, { dims: [2, 2], type: 'float32', values: [7.5, 8.25, 6, 9], constant: true, check: false }),
  {
    ...{ operator: 'RotaryEmbedding', domain, form: 'positions of every sample' },
    inputs: [
      { dims: [2, 3, 8] },
      { dims: [2, 3], type: 'int64', values: [0, 1, 2, 4, 1, 0] },
      { dims: [5, 2], constant: true },
      { dims: [5, 2], constant: true },
    ],
  },
  {
    ...{ operator: 'RotaryEmbedding', domain, form: 'a first position, interleaved, four axes' },
    attributes: { interleaved: 1 },
    inputs: [
      { dims: [2, 2, 3, 4] },
      { dims: [1], type: 'int64', values: [1] },
      { dims: [5, 2], constant: true },
      { dims: [5, 2], constant: true },
    ],
  },
  {
    ...{ operator: 'RotaryEmbedding', form: 'caches by place', opset: 23 },
    inputs: [{ dims: [2, 2, 3, 4] }, { dims: [2, 3, 2], constant: true }, { dims: [2, 3, 2], constant: true }],
  },
  {
    ...{ operator: 'RotaryEmbedding', form: 'positions, part of the size, interleaved', opset: 23 },
    attributes: { num_heads: 2, rotary_embedding_dim: 4, interleaved: 1 },
    inputs: [
      ...[{ dims: [2, 3, 12] }, { dims: [5, 2], constant: true }, { dims: [5, 2], constant: true }],
      { dims: [2, 3], type: 'int64' as const, values: [0, 1, 2, 4, 1, 0] },
    ],
  },
];
