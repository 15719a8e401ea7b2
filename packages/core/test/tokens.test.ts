import { describe, expect, it } from '@jest/globals';
import { errors, float32, lastSpatialLayer, placesOf } from '@understory/core';
import type { AttributeValue, Dimension, GraphNode, LayerSpec, Model, Tensor } from '@understory/core';

const node = (
  operator: string,
  inputs: readonly string[],
  output: string,
  attributes: Readonly<Record<string, AttributeValue>> = {},
): GraphNode => ({ operator, name: `/${output}`, inputs, outputs: [output], attributes });

type Part = readonly [node: GraphNode, dims: readonly Dimension[]];

/** A network whose nodes each compute one layer; weights are the names that nothing computes. */
function modelOf(parts: readonly Part[], image: readonly Dimension[] = ['N', 3, 32, 32]) {
  const layers = parts.map(([{ operator, outputs }, dims]): LayerSpec => ({
    ...{ name: outputs[0]!, type: 'float32', dims, operator },
    modules: [],
  }));
  const graph = { nodes: parts.map(([each]) => each), constant: () => undefined };
  return { inputs: [{ name: 'image', type: 'float32' as const, dims: image }], layers, graph };
}

const everything = () => true;
const chosen = (model: Pick<Model, 'layers' | 'inputs' | 'graph'>) => lastSpatialLayer(model, everything)?.name;

/** Patches of 4 x 4 places and a class token in front. */
const embedding: readonly Part[] = [
  [node('Conv', ['image', 'w'], 'patches'), ['N', 8, 4, 4]],
  [node('Reshape', ['patches', 'shape'], 'flat'), ['N', 8, 16]],
  [node('Transpose', ['flat'], 'rows', { perm: [0, 2, 1] }), ['N', 16, 8]],
  [node('Concat', ['class', 'rows'], 'tokens', { axis: 1 }), ['N', 17, 8]],
];

/** Attention with heads of their own axis, and the residual connection around it. */
function block(from: string, at: string, projections: readonly Part[]): readonly Part[] {
  return [
    [node('LayerNormalization', [from, 'scale'], `${at}.norm1`), ['N', 17, 8]],
    ...projections,
    [node('MatMul', [`${at}.q`, `${at}.k`], `${at}.scores`), ['N', 2, 17, 17]],
    [node('Softmax', [`${at}.scores`], `${at}.weights`), ['N', 2, 17, 17]],
    [node('MatMul', [`${at}.weights`, `${at}.v`], `${at}.context`), ['N', 2, 17, 4]],
    [node('Transpose', [`${at}.context`], `${at}.turned`, { perm: [0, 2, 1, 3] }), ['N', 17, 2, 4]],
    [node('Reshape', [`${at}.turned`, 'shape'], `${at}.merged`), ['N', 17, 8]],
    [node('MatMul', [`${at}.merged`, 'out'], `${at}.projected`), ['N', 17, 8]],
    [node('Add', [`${at}.projected`, from], `${at}.sum`), ['N', 17, 8]],
    [node('LayerNormalization', [`${at}.sum`, 'scale'], `${at}.norm2`), ['N', 17, 8]],
    [node('MatMul', [`${at}.norm2`, 'w1'], `${at}.hidden`), ['N', 17, 16]],
    [node('MatMul', [`${at}.hidden`, 'w2'], `${at}.mlp`), ['N', 17, 8]],
    [node('Add', [`${at}.sum`, `${at}.mlp`], at), ['N', 17, 8]],
  ];
}

/** One product for queries, keys and values, which are split behind it. */
const fused = (at: string): readonly Part[] => [
  [node('MatMul', [`${at}.norm1`, 'qkv'], `${at}.product`), ['N', 17, 24]],
  [node('Add', ['bias', `${at}.product`], `${at}.qkv`), ['N', 17, 24]],
  [node('Reshape', [`${at}.qkv`, 'shape'], `${at}.heads`), ['N', 17, 3, 2, 4]],
  [node('Transpose', [`${at}.heads`], `${at}.stacked`, { perm: [2, 0, 3, 1, 4] }), [3, 'N', 2, 17, 4]],
  [node('Gather', [`${at}.stacked`, '0'], `${at}.q`, { axis: 0 }), ['N', 2, 17, 4]],
  [node('Gather', [`${at}.stacked`, '1'], `${at}.keys`, { axis: 0 }), ['N', 2, 17, 4]],
  [node('Transpose', [`${at}.keys`], `${at}.k`, { perm: [0, 1, 3, 2] }), ['N', 2, 4, 17]],
  [node('Gather', [`${at}.stacked`, '2'], `${at}.v`, { axis: 0 }), ['N', 2, 17, 4]],
];

/** A product each for queries, keys and values. */
const separate = (at: string): readonly Part[] =>
  ['q', 'k', 'v'].flatMap((kind): readonly Part[] => [
    [node('MatMul', [`${at}.norm1`, `w${kind}`], `${at}.${kind}.product`), ['N', 17, 8]],
    [node('Add', [`${at}.${kind}.product`, 'bias'], `${at}.${kind}.row`), ['N', 17, 8]],
    [node('Reshape', [`${at}.${kind}.row`, 'shape'], `${at}.${kind}.heads`), ['N', 17, 2, 4]],
    [
      node('Transpose', [`${at}.${kind}.heads`], `${at}.${kind}`, { perm: kind === 'k' ? [0, 2, 3, 1] : [0, 2, 1, 3] }),
      kind === 'k' ? ['N', 2, 4, 17] : ['N', 2, 17, 4],
    ],
  ]);

/** As PyTorch's own module has it: the sequence goes first on the way. */
const sequenceFirst = (at: string): readonly Part[] => [
  [node('Transpose', [`${at}.norm1`], `${at}.sequence`, { perm: [1, 0, 2] }), [17, 'N', 8]],
  [node('MatMul', [`${at}.sequence`, 'qkv'], `${at}.product`), [17, 'N', 24]],
  [node('Add', [`${at}.product`, 'bias'], `${at}.qkv`), [17, 'N', 24]],
  [node('Reshape', [`${at}.qkv`, 'shape'], `${at}.heads`), [17, 'N', 3, 8]],
  ...['q', 'k', 'v'].flatMap((kind): readonly Part[] => [
    [node('Gather', [`${at}.heads`, kind], `${at}.${kind}.row`, { axis: 2 }), [17, 'N', 8]],
    [node('Reshape', [`${at}.${kind}.row`, 'shape'], `${at}.${kind}.stacked`), [17, '2*N', 4]],
    [node('Transpose', [`${at}.${kind}.stacked`], `${at}.${kind}.first`, { perm: [1, 0, 2] }), ['2*N', 17, 4]],
    [node('Reshape', [`${at}.${kind}.first`, 'shape'], kind === 'k' ? `${at}.keys` : `${at}.${kind}`), ['N', 2, 17, 4]],
  ]),
  [node('Transpose', [`${at}.keys`], `${at}.k`, { perm: [0, 1, 3, 2] }), ['N', 2, 4, 17]],
];

const norm: Part = [node('LayerNormalization', ['two', 'scale'], 'norm'), ['N', 17, 8]];
const classToken: readonly Part[] = [
  norm,
  [node('Gather', ['norm', '0'], 'picked', { axis: 1 }), ['N', 8]],
  [node('Gemm', ['picked', 'head'], 'logits'), ['N', 10]],
];

describe.each([
  { kind: 'fused queries, keys and values', projections: fused },
  { kind: 'separate queries, keys and values', projections: separate },
  { kind: 'the sequence before the batch', projections: sequenceFirst },
])('the layer that auto means in a vision transformer with $kind', ({ projections }) => {
  const trunk = [
    ...embedding,
    ...block('tokens', 'one', projections('one')),
    ...block('one', 'two', projections('two')),
  ];

  it('is the norm before the last attention where the class token is picked behind it', () => {
    expect(chosen(modelOf([...trunk, ...classToken]))).toBe('two.norm1');
  });

  it('is the same where the class token is cut out', () => {
    const head: readonly Part[] = [
      norm,
      [node('Slice', ['norm', '0', '1', '1'], 'cut'), ['N', 1, 8]],
      [node('Squeeze', ['cut', 'axes'], 'picked'), ['N', 8]],
    ];
    expect(chosen(modelOf([...trunk, ...head]))).toBe('two.norm1');
  });

  it('is the last token layer where all tokens are averaged', () => {
    const head: readonly Part[] = [norm, [node('ReduceMean', ['norm', 'axes'], 'mean'), ['N', 8]]];
    expect(chosen(modelOf([...trunk, ...head]))).toBe('norm');
  });

  it('is the patch tokens where the class token is left out of the average', () => {
    const head: readonly Part[] = [
      norm,
      [node('Slice', ['norm', '1', 'end', '1'], 'rest'), ['N', 16, 8]],
      [node('ReduceMean', ['rest', 'axes'], 'mean'), ['N', 8]],
    ];
    expect(chosen(modelOf([...trunk, ...head]))).toBe('rest');
  });

  it('is what an attention that pools reads', () => {
    const head: readonly Part[] = [
      norm,
      [node('MatMul', ['norm', 'wk'], 'pool.keys'), ['N', 17, 8]],
      [node('Transpose', ['pool.keys'], 'pool.k', { perm: [0, 2, 1] }), ['N', 8, 17]],
      [node('MatMul', ['query', 'pool.k'], 'pool.scores'), ['N', 1, 17]],
      [node('Softmax', ['pool.scores'], 'pool.weights'), ['N', 1, 17]],
      [node('MatMul', ['norm', 'wv'], 'pool.v'), ['N', 17, 8]],
      [node('MatMul', ['pool.weights', 'pool.v'], 'pooled'), ['N', 1, 8]],
      [node('Gather', ['pooled', '0'], 'picked', { axis: 1 }), ['N', 8]],
    ];
    expect(chosen(modelOf([...trunk, ...head]))).toBe('norm');
  });

  it('is the block before one that the explained output does not depend on', () => {
    const model = modelOf([...trunk, ...classToken]);
    expect(lastSpatialLayer(model, (name) => !name.startsWith('two') && name !== 'norm')?.name).toBe('one');
  });

  it('is a later feature map where there is one', () => {
    const head: readonly Part[] = [
      [node('Slice', ['two', '1', 'end', '1'], 'rest'), ['N', 16, 8]],
      [node('Transpose', ['rest'], 'channels', { perm: [0, 2, 1] }), ['N', 8, 16]],
      [node('Reshape', ['channels', 'shape'], 'map'), ['N', 8, 4, 4]],
    ];
    expect(chosen(modelOf([...trunk, ...head]))).toBe('map');
  });
});

describe('the layer that auto means', () => {
  it.each(['Attention', 'com.microsoft.MultiHeadAttention'])('is found before the operator %s', (operator) => {
    const parts = [
      ...embedding,
      [node('LayerNormalization', ['tokens', 'scale'], 'norm1'), ['N', 17, 8]],
      ...['q', 'k', 'v'].map((kind): Part => [node('MatMul', ['norm1', `w${kind}`], kind), ['N', 17, 8]]),
      [node(operator, ['q', 'k', 'v'], 'context', { q_num_heads: 2, kv_num_heads: 2 }), ['N', 17, 8]],
      [node('Add', ['tokens', 'context'], 'two'), ['N', 17, 8]],
      ...classToken,
    ] as readonly Part[];
    expect(chosen(modelOf(parts))).toBe('norm1');
  });

  it('is found before an attention that takes the tokens themselves', () => {
    const parts = [
      ...embedding,
      [node('LayerNormalization', ['tokens', 'scale'], 'norm1'), ['N', 17, 8]],
      [node('com.microsoft.Attention', ['norm1', 'qkv', 'bias'], 'context'), ['N', 17, 8]],
      [node('Add', ['context', 'tokens'], 'two'), ['N', 17, 8]],
      ...classToken,
    ] as readonly Part[];
    expect(chosen(modelOf(parts))).toBe('norm1');
  });

  /** Attention of PyTorch's on tokens in front of the batch. */
  const turned = (from: string, at: string): readonly Part[] => [
    [node('LayerNormalization', [from, 'scale'], `${at}.norm`), [17, 'N', 8]],
    ...(['q', 'k', 'v'] as const).flatMap((of): readonly Part[] => [
      [node('MatMul', [`${at}.norm`, `w${of}`], `${at}.${of}`), [17, 'N', 8]],
      [node('Reshape', [`${at}.${of}`, 'shape'], `${at}.${of}.heads`), [17, '2*N', 4]],
      [
        node('Transpose', [`${at}.${of}.heads`], `${at}.${of}.turned`, { perm: of === 'k' ? [1, 2, 0] : [1, 0, 2] }),
        of === 'k' ? ['2*N', 4, 17] : ['2*N', 17, 4],
      ],
    ]),
    [node('MatMul', [`${at}.q.turned`, `${at}.k.turned`], `${at}.scores`), ['2*N', 17, 17]],
    [node('Softmax', [`${at}.scores`], `${at}.weights`), ['2*N', 17, 17]],
    [node('MatMul', [`${at}.weights`, `${at}.v.turned`], `${at}.context`), ['2*N', 17, 4]],
    [node('Transpose', [`${at}.context`], `${at}.back`, { perm: [1, 0, 2] }), [17, '2*N', 4]],
    [node('Reshape', [`${at}.back`, 'shape'], `${at}.merged`), [17, 'N', 8]],
    [node('Add', [from, `${at}.merged`], at), [17, 'N', 8]],
  ];
  const turning: Part = [node('Transpose', ['tokens'], 'turned', { perm: [1, 0, 2] }), [17, 'N', 8]];
  const picking: Part = [node('Gather', ['last', 'zero'], 'class token', { axis: 0 }), ['N', 8]];

  it('is the norm before the last attention where tokens stand in front of the batch', () => {
    const parts = [...embedding, turning, ...turned('turned', 'block'), ...turned('block', 'last'), picking];
    expect(chosen(modelOf(parts))).toBe('last.norm');
  });

  it('is the feature map that a single attention in front of the batch pools', () => {
    const parts = [...embedding, turning, ...turned('turned', 'last'), picking];
    expect(chosen(modelOf(parts))).toBe('patches');
  });

  it('is the last token layer of a mixer, which has no attention', () => {
    const parts: readonly Part[] = [
      ...embedding.slice(0, 3),
      [node('Transpose', ['rows'], 'across', { perm: [0, 2, 1] }), ['N', 8, 16]],
      [node('MatMul', ['across', 'w1'], 'mixed'), ['N', 8, 16]],
      [node('Transpose', ['mixed'], 'back', { perm: [0, 2, 1] }), ['N', 16, 8]],
      [node('Add', ['rows', 'back'], 'sum'), ['N', 16, 8]],
      [node('ReduceMean', ['sum', 'axes'], 'mean'), ['N', 8]],
    ];
    expect(chosen(modelOf(parts))).toBe('sum');
    const mixed = placesOf(modelOf(parts), modelOf(parts).layers[4]!, 1)(float32(new Float32Array(128), [1, 8, 16]), 1);
    expect(mixed).toMatchObject({ channels: 8, height: 4, width: 4, reading: '[N, C, H*W] as 4 x 4' });
  });

  it('is no query of a decoder, even where their number is a square', () => {
    const parts: readonly Part[] = [
      ...embedding.slice(0, 3),
      [node('Transpose', ['rows'], 'k', { perm: [0, 2, 1] }), ['N', 8, 16]],
      [node('MatMul', ['queries', 'k'], 'scores'), ['N', 9, 16]],
      [node('Softmax', ['scores'], 'weights'), ['N', 9, 16]],
      [node('MatMul', ['weights', 'rows'], 'answers'), ['N', 9, 8]],
      [node('ReduceMean', ['answers', 'axes'], 'mean'), ['N', 8]],
    ];
    expect(chosen(modelOf(parts))).toBe('rows');
  });

  it('is the map behind windows of tokens, which are no images', () => {
    const parts: readonly Part[] = [
      [node('Conv', ['image', 'w'], 'patches'), ['N', 8, 8, 8]],
      [node('Transpose', ['patches'], 'last', { perm: [0, 2, 3, 1] }), ['N', 8, 8, 8]],
      [node('Reshape', ['last', 'shape'], 'cut'), ['N', 2, 4, 2, 4, 8]],
      [node('Transpose', ['cut'], 'grouped', { perm: [0, 1, 3, 2, 4, 5] }), ['N', 2, 2, 4, 4, 8]],
      [node('Reshape', ['grouped', 'shape'], 'windows'), ['4*N', 16, 8]],
      [node('Transpose', ['windows'], 'k', { perm: [0, 2, 1] }), ['4*N', 8, 16]],
      [node('MatMul', ['windows', 'k'], 'scores'), ['4*N', 16, 16]],
      [node('Softmax', ['scores'], 'weights'), ['4*N', 16, 16]],
      [node('MatMul', ['weights', 'windows'], 'context'), ['4*N', 16, 8]],
      [node('Reshape', ['context', 'shape'], 'uncut'), ['N', 2, 2, 4, 4, 8]],
      [node('Reshape', ['uncut', 'shape'], 'joined'), ['N', 8, 8, 8]],
      [node('Add', ['last', 'joined'], 'sum'), ['N', 8, 8, 8]],
      [node('Transpose', ['sum'], 'map', { perm: [0, 3, 1, 2] }), ['N', 8, 8, 8]],
    ];
    expect(chosen(modelOf(parts))).toBe('map');
    expect(chosen(modelOf(parts.slice(0, -1)))).toBe('sum');
  });
});

describe('placesOf', () => {
  const layer = (dims: readonly Dimension[] | undefined): LayerSpec => ({
    ...{ name: 'layer', type: 'float32', dims, operator: 'Relu' },
    modules: [],
  });
  const bare = (dims: readonly Dimension[] | undefined) => ({ inputs: [], layers: [layer(dims)] });
  const counted = (...dims: readonly number[]): Tensor =>
    float32(
      Float32Array.from({ length: dims.reduce((product, dim) => product * dim, 1) }, (_, at) => at),
      dims,
    );

  it('reads a feature map as it stands', () => {
    const read = placesOf(bare(['N', 2, 2, 3]), layer(['N', 2, 2, 3]), 2);
    const maps = read(counted(2, 2, 2, 3), 2);
    expect(maps).toMatchObject({ channels: 2, height: 2, width: 3 });
    expect(maps.reading).toBeUndefined();
    expect([...maps.of(1)]).toEqual(Array.from({ length: 12 }, (_, at) => 12 + at));
    const whole = maps.whole(1).slice();
    maps.clear(whole, 1);
    expect([...whole]).toEqual([12, 13, 14, 15, 16, 17, 0, 0, 0, 0, 0, 0]);
  });

  it('lays tokens out row by row behind the class token', () => {
    const read = placesOf(bare(['N', 5, 3]), layer(['N', 5, 3]), 2);
    const maps = read(counted(2, 5, 3), 2);
    expect(maps).toMatchObject({ channels: 3, height: 2, width: 2, reading: 'tokens 1..4 as 2 x 2' });
    expect([...maps.of(1)]).toEqual([18, 21, 24, 27, 19, 22, 25, 28, 20, 23, 26, 29]);
    const whole = maps.whole(0).slice();
    maps.clear(whole, 2);
    expect([...whole]).toEqual([0, 1, 0, 3, 4, 0, 6, 7, 0, 9, 10, 0, 12, 13, 0]);
  });

  it.each([
    ['an open batch', 'N'],
    ['a batch of one', 1],
  ])('reads tokens in front of %s', (_, batch) => {
    const parts: readonly Part[] = [
      [node('Conv', ['image', 'w'], 'patches'), [batch, 3, 2, 2]],
      [node('Reshape', ['patches', 'shape'], 'flat'), [batch, 3, 4]],
      [node('Transpose', ['flat'], 'rows', { perm: [2, 0, 1] }), [4, batch, 3]],
      [node('Concat', ['class', 'rows'], 'tokens', { axis: 0 }), [5, batch, 3]],
    ];
    const model = modelOf(parts, [batch, 3, 32, 32]);
    const samples = batch === 1 ? 1 : 2;
    const maps = placesOf(model, model.layers[3]!, samples)(counted(5, samples, 3), samples);
    expect(maps).toMatchObject({ channels: 3, height: 2, width: 2, reading: 'tokens 1..4 as 2 x 2' });
    const last = samples - 1;
    const ofToken = (token: number) => (token * samples + last) * 3;
    expect([...maps.of(last)]).toEqual([0, 1, 2].flatMap((channel) => [1, 2, 3, 4].map((at) => ofToken(at) + channel)));
    const whole = maps.whole(last).slice();
    expect([...whole]).toEqual([0, 1, 2, 3, 4].flatMap((at) => [0, 1, 2].map((channel) => ofToken(at) + channel)));
    maps.clear(whole, 2);
    expect([...whole.subarray(0, 6)]).toEqual([ofToken(0), ofToken(0) + 1, 0, ofToken(1), ofToken(1) + 1, 0]);
    expect(maps.dimsFor(4)).toEqual([5, 4, 3]);
  });

  it('reads tokens in front of a batch of one that several samples were fed to', () => {
    const parts: readonly Part[] = [
      [node('Conv', ['image', 'w'], 'patches'), [1, 3, 2, 2]],
      [node('Reshape', ['patches', 'shape'], 'flat'), [1, 3, 4]],
      [node('Transpose', ['flat'], 'rows', { perm: [2, 0, 1] }), [4, 1, 3]],
    ];
    const model = modelOf(parts, [1, 3, 32, 32]);
    const maps = placesOf(model, model.layers[2]!, 2)(counted(8, 1, 3), 2);
    expect([...maps.whole(0)]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    expect([...maps.whole(1)]).toEqual([12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23]);
    expect([...maps.of(1)]).toEqual([12, 15, 18, 21, 13, 16, 19, 22, 14, 17, 20, 23]);
  });

  it('lays samples together again as the layer has them, in front of the batch or behind it', () => {
    const parts: readonly Part[] = [
      [node('Conv', ['image', 'w'], 'patches'), ['N', 3, 2, 2]],
      [node('Reshape', ['patches', 'shape'], 'flat'), ['N', 3, 4]],
      [node('Transpose', ['flat'], 'rows', { perm: [2, 0, 1] }), [4, 'N', 3]],
    ];
    const model = modelOf(parts);
    const cases = [
      [model.layers[0]!, counted(2, 3, 2, 2)],
      [model.layers[2]!, counted(4, 2, 3)],
    ] as const;
    for (const [asked, tensor] of cases) {
      const maps = placesOf(model, asked, 2)(tensor, 2);
      const wholes = Float32Array.of(...maps.whole(0), ...maps.whole(1));
      expect([...maps.together(wholes, 2)]).toEqual([...tensor.data]);
    }
  });

  it('takes the grid from the feature map that the tokens come from, registers in front', () => {
    const parts: readonly Part[] = [
      [node('Conv', ['image', 'w'], 'patches'), ['N', 2, 2, 3]],
      [node('Transpose', ['patches'], 'last', { perm: [0, 2, 3, 1] }), ['N', 2, 3, 2]],
      [node('Reshape', ['last', 'shape'], 'rows'), ['N', 6, 2]],
      [node('Concat', ['registers', 'rows'], 'tokens'), ['N', 9, 2]],
    ];
    const model = modelOf(parts);
    const maps = placesOf(model, model.layers[3]!, 1)(counted(1, 9, 2), 1);
    expect(maps).toMatchObject({ height: 2, width: 3, reading: 'tokens 3..8 as 2 x 3' });
    expect([...maps.of(0)]).toEqual([6, 8, 10, 12, 14, 16, 7, 9, 11, 13, 15, 17]);
  });

  it('finds the grid when the model runs where the number of tokens is open', () => {
    const read = placesOf(bare(['N', 'T', 2]), layer(['N', 'T', 2]), 1);
    expect(read(counted(1, 10, 2), 1).reading).toBe('tokens 1..9 as 3 x 3');
    expect(() => read(counted(1, 11, 2), 1)).toThrow(expect.objectContaining({ code: 'LAYER_NOT_SPATIAL' }));
  });

  it.each([
    ['a vector', ['N', 8]],
    ['tokens that lie on no grid', ['N', 48, 8]],
    ['a single token', ['N', 1, 8]],
    ['one number a token', ['N', 49, 1]],
  ])('refuses %s', (_, dims) => {
    expect(() => placesOf(bare(dims), layer(dims), 3)).toThrow(
      expect.objectContaining(
        (({ code, found, expected }) => ({ code, found, expected }))(
          errors.layerNotSpatial({ layer: 'layer', dims, batch: 3 }),
        ),
      ),
    );
  });

  it('refuses what has another batch than the images', () => {
    const read = placesOf(bare(undefined), layer(undefined), 2);
    expect(() => read(counted(3, 4, 2), 2)).toThrow(
      expect.objectContaining({ code: 'LAYER_NOT_SPATIAL', found: '[3, 4, 2]' }),
    );
  });
});

describe('the layer that auto means in front of an attention that pools a map with its mean', () => {
  const pooled = (turn: readonly Part[], tokens: readonly Dimension[]): readonly Part[] => [
    ...embedding.slice(0, 3),
    [node('ReduceMean', ['rows', 'axes'], 'average', { keepdims: 1 }), ['N', 1, 8]],
    [node('Concat', ['average', 'rows'], 'all', { axis: 1 }), ['N', 17, 8]],
    ...turn,
    [node('Add', [turn.length > 0 ? 'turned' : 'all', 'positions'], 'asked'), tokens],
    [node('MatMul', ['asked', 'wk'], 'keys'), tokens],
    [node('MatMul', ['asked', 'wv'], 'values'), tokens],
    [node('Gather', ['asked', '0'], 'query', { axis: turn.length > 0 ? 0 : 1 }), ['N', 8]],
    [node('Transpose', ['keys'], 'k'), ['N', 8, 17]],
    [node('MatMul', ['query', 'k'], 'scores'), ['N', 1, 17]],
    [node('Softmax', ['scores'], 'weights'), ['N', 1, 17]],
    [node('MatMul', ['weights', 'values'], 'mean'), ['N', 1, 8]],
  ];

  it('is the map, with the batch in front of the tokens and behind them', () => {
    const turned: Part = [node('Transpose', ['all'], 'turned', { perm: [1, 0, 2] }), [17, 'N', 8]];
    expect(chosen(modelOf(pooled([], ['N', 17, 8])))).toBe('patches');
    expect(chosen(modelOf(pooled([turned], [17, 'N', 8])))).toBe('patches');
  });
});
