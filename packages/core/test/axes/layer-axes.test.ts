import { describe, expect, it } from '@jest/globals';
import { float32, lastSpatialLayer, layerReadings, placesOf } from '@understory/core';
import type { Layout, Model, Tensor } from '@understory/core';
import { modelOf, type Part } from './model-of.ts';

const counted = (...dims: readonly number[]): Tensor =>
  float32(
    Float32Array.from({ length: dims.reduce((product, dim) => product * dim, 1) }, (_, at) => at),
    dims,
  );

const chosen = (model: Pick<Model, 'layers' | 'inputs' | 'graph'>) => lastSpatialLayer(model, () => true)?.name;
const layerOf = (model: Pick<Model, 'layers'>, name: string) => model.layers.find((layer) => layer.name === name)!;
const kindOf = (model: Pick<Model, 'layers' | 'inputs' | 'graph'>, name: string) => {
  const found = layerReadings(model).get(name)!;
  return typeof found === 'object'
    ? found.axes.map(({ factors }) => factors.map(({ role }) => role[0]).join('')).join()
    : found;
};
function read(
  model: Pick<Model, 'layers' | 'inputs' | 'graph'>,
  name: string,
  values: Tensor,
  samples: number,
  layout?: Layout,
) {
  return placesOf(model, layerOf(model, name), samples, { layout })(values, samples);
}

const conv: Part = ['Conv', ['image', 'w'], 'conv', ['N', 8, 4, 6]];

describe('layerReadings', () => {
  it('follows the channels-last borders of a converted TensorFlow network', () => {
    const model = modelOf(
      [
        ['Sub', ['image', 'mean'], 'centred', ['N', 32, 32, 3]],
        ['Transpose', ['centred'], 'first', ['N', 3, 32, 32], { perm: [0, 3, 1, 2] }],
        ['Conv', ['first', 'w'], 'conv', ['N', 8, 16, 16]],
        ['Relu', ['conv'], 'relu', ['N', 8, 16, 16]],
        ['Transpose', ['relu'], 'last', ['N', 16, 16, 8], { perm: [0, 2, 3, 1] }],
      ],
      { image: ['N', 32, 32, 3] },
    );
    expect(['image', 'centred', 'conv', 'last'].map((name) => kindOf(model, name))).toEqual([
      'b,h,w,c',
      'b,h,w,c',
      'b,c,h,w',
      'b,h,w,c',
    ]);
    // What is only laid out otherwise is named as it was computed.
    expect(chosen(model)).toBe('relu');
  });

  it('follows columns through recurrent layers, even where columns and channels are equally many', () => {
    const columns: readonly Part[] = [
      ['Conv', ['image', 'w'], 'conv', [1, 24, 4, 24]],
      ['AveragePool', ['conv'], 'row', [1, 24, 1, 24]],
      ['Squeeze', ['row', 'height'], 'columns', [1, 24, 24]],
      ['Transpose', ['columns'], 'steps', [24, 1, 24], { perm: [2, 0, 1] }],
    ];
    const around = { image: [1, 3, 32, 96], integers: { height: [2] } };
    const model = modelOf(
      [
        ...columns,
        ['ReverseSequence', ['steps', 'lengths'], 'back', [24, 1, 24]],
        ['GRU', ['back', 'w', 'r'], 'states', [24, 2, 1, 12], { direction: 'bidirectional' }],
        ['Transpose', ['states'], 'beside', [24, 1, 2, 12], { perm: [0, 2, 1, 3] }],
        ['Reshape', ['beside', 'shape'], 'joined', [24, 1, 24]],
        ['Transpose', ['joined'], 'first', [1, 24, 24], { perm: [1, 0, 2] }],
        ['MatMul', ['first', 'w2'], 'scores', [1, 24, 11]],
      ],
      around,
    );
    expect(chosen(model)).toBe('conv');
    const batchFirst = modelOf(
      [
        ...columns,
        ['Transpose', ['steps'], 'first', [1, 24, 24], { perm: [1, 0, 2] }],
        ['LSTM', ['first', 'w', 'r'], 'states', [1, 24, 1, 24], { layout: 1 }],
        ['Squeeze', ['states', 'height'], 'line', [1, 24, 24]],
        ['MatMul', ['line', 'w2'], 'scores', [1, 24, 11]],
      ],
      around,
    );
    expect(chosen(batchFirst)).toBe('conv');
  });

  it('follows maps through whole numbers, which are no layers', () => {
    const model = modelOf([['DequantizeLinear', ['c', 'scale', 'zero'], 'c.float', ['N', 8, 16, 16]]], {
      hidden: [
        ['QuantizeLinear', ['image', 'scale', 'zero'], 'q'],
        ['QLinearConv', ['q', 'scale', 'zero', 'w', 'ws', 'wz', 'scale', 'zero'], 'c'],
      ],
    });
    expect(kindOf(model, 'c.float')).toBe('b,c,h,w');
    expect(chosen(model)).toBe('c.float');
  });

  it('knows parts of attention by their axes, and reads what is merged behind it', () => {
    const model = modelOf([
      ['Conv', ['image', 'w'], 'patches', ['N', 8, 4, 4]],
      ['Reshape', ['patches', 's'], 'flat', ['N', 8, 16]],
      ['Transpose', ['flat'], 'tokens', ['N', 16, 8], { perm: [0, 2, 1] }],
      ['MatMul', ['tokens', 'wq'], 'mixed', ['N', 16, 8]],
      ['Reshape', ['mixed', 's4'], 'split', ['N', 16, 2, 4]],
      ['Transpose', ['split'], 'q', ['N', 2, 16, 4], { perm: [0, 2, 1, 3] }],
      ['Transpose', ['split'], 'k', ['N', 2, 4, 16], { perm: [0, 2, 3, 1] }],
      ['MatMul', ['q', 'k'], 'scores', ['N', 2, 16, 16]],
      ['Softmax', ['scores'], 'weights', ['N', 2, 16, 16]],
      ['MatMul', ['weights', 'q'], 'context', ['N', 2, 16, 4]],
      ['Transpose', ['context'], 'together', ['N', 16, 2, 4], { perm: [0, 2, 1, 3] }],
      ['Reshape', ['together', 's'], 'merged', ['N', 16, 8]],
    ]);
    const found = ['q', 'k', 'scores', 'weights', 'context', 'together'].map((name) => kindOf(model, name));
    expect(found).toEqual(Array.from({ length: 6 }, () => 'attention'));
    expect(['tokens', 'mixed', 'merged'].map((name) => kindOf(model, name))).toEqual(['b,hw,c', 'b,hw,c', 'b,hw,c']);
  });

  it('reads channels last behind patch merging, and no windows', () => {
    const model = modelOf([
      conv,
      ['Transpose', ['conv'], 'last', ['N', 4, 6, 8], { perm: [0, 2, 3, 1] }],
      ['Reshape', ['last', 's'], 'cut', ['N', 2, 2, 3, 2, 8]],
      ['Transpose', ['cut'], 'turned', ['N', 2, 3, 2, 2, 8], { perm: [0, 1, 3, 2, 4, 5] }],
      ['Reshape', ['turned', 's'], 'merged', ['N', 2, 3, 32]],
      ['MatMul', ['merged', 'w'], 'reduced', ['N', 2, 3, 16]],
      ['Reshape', ['turned', 's'], 'windows', ['6*N', 4, 8]],
      ['Reshape', ['turned', 's'], 'inner', ['6*N', 2, 2, 8]],
    ]);
    expect(['last', 'merged', 'reduced'].map((name) => kindOf(model, name))).toEqual(['b,h,w,c', 'b,h,w,c', 'b,h,w,c']);
    expect(['windows', 'inner'].map((name) => typeof layerReadings(model).get(name))).toEqual(['string', 'string']);
    expect(chosen(model)).toBe('reduced');
    const maps = read(model, 'reduced', counted(2, 2, 3, 16), 2);
    expect(maps).toMatchObject({ channels: 16, height: 2, width: 3, reading: '[N, H, W, C] as 2 x 3' });
    expect([...maps.of(1).subarray(0, 7)]).toEqual([96, 112, 128, 144, 160, 176, 97]);
  });

  it('reads rows that went into the batch', () => {
    const model = modelOf([
      conv,
      ['Transpose', ['conv'], 'last', ['N', 4, 6, 8], { perm: [0, 2, 3, 1] }],
      ['Reshape', ['last', 's'], 'rows', ['4*N', 6, 8]],
    ]);
    const maps = read(model, 'rows', counted(8, 6, 8), 2);
    expect(maps).toMatchObject({ channels: 8, height: 4, width: 6, reading: '[N*H, W, C] as 4 x 6' });
    expect(maps.of(1)[25]).toBe(4 * 6 * 8 + 8 + 1);
    expect(maps.dimsFor(5)).toEqual([20, 6, 8]);
    const whole = maps.whole(1).slice();
    maps.clear(whole, 3);
    expect([...whole].flatMap((value, at) => (value === 0 ? [at % 8] : []))).toEqual(
      Array.from({ length: 24 }, () => 3),
    );
  });

  it('reads [N, H, W] as maps of one channel, not as tokens', () => {
    const model = modelOf([
      ['Conv', ['image', 'w'], 'conv', ['N', 1, 16, 16]],
      ['Squeeze', ['conv', 'axes'], 'flat', ['N', 16, 16]],
    ]);
    const maps = read(model, 'flat', counted(1, 16, 16), 1);
    expect(maps).toMatchObject({ channels: 1, height: 16, width: 16 });
    expect([...maps.of(0).subarray(14, 18)]).toEqual([14, 15, 16, 17]);
  });

  it('finds the grid behind a class token again where it is split off', () => {
    const model = modelOf(
      [
        conv,
        ['Reshape', ['conv', 's'], 'flat', ['N', 8, 24]],
        ['Transpose', ['flat'], 'rows', ['N', 24, 8], { perm: [0, 2, 1] }],
        ['Concat', ['class', 'registers', 'rows'], 'tokens', ['N', 29, 8], { axis: 1 }],
        ['MatMul', ['tokens', 'w'], 'mixed', ['N', 29, 8]],
        ['Slice', ['mixed', 'five', 'end', 'axis'], 'rest', ['N', 24, 8]],
        ['Slice', ['mixed', 'four', 'end', 'axis'], 'other', ['N', 25, 8]],
      ],
      { integers: { five: [5], four: [4], end: [1000], axis: [1] } },
    );
    expect(read(model, 'mixed', counted(1, 29, 8), 1).reading).toBe('tokens 5..28 as 4 x 6');
    expect(read(model, 'other', counted(1, 25, 8), 1).reading).toBe('tokens 1..24 as 4 x 6');
    expect(read(model, 'rest', counted(1, 24, 8), 1).reading).toBe('tokens 0..23 as 4 x 6');
  });

  it.each([
    ['computed', ['Add', ['starts', 'within'], 'indices']],
    ['stored', undefined],
  ] as const)('follows patches that are cut by indices, %s', (_, sum) => {
    const at = sum ? 'indices' : 'stored';
    const model = modelOf(
      [
        ['Conv', ['image', 'w'], 'conv', ['N', 8, 4, 6]],
        ['Gather', ['conv', at], 'rows', ['N', 8, 2, 2, 6], { axis: 2 }],
        ['Gather', ['rows', 'across'], 'cut', ['N', 8, 2, 2, 2, 3], { axis: 4 }],
        ['Transpose', ['cut'], 'turned', ['N', 8, 2, 2, 2, 3], { perm: [0, 1, 2, 4, 3, 5] }],
        ['Reshape', ['turned', 's'], 'columns', ['N', 32, 6]],
        ['Transpose', ['columns'], 'patches', ['N', 6, 32], { perm: [0, 2, 1] }],
        ['MatMul', ['patches', 'w'], 'tokens', ['N', 6, 16]],
      ],
      {
        integers: { zero: [0], four: [4], two: [2] },
        matrices: {
          ...{
            within: [[0], [1]],
            across: [
              [0, 2, 4],
              [1, 3, 5],
            ],
          },
          stored: [
            [0, 2],
            [1, 3],
          ],
        },
        hidden: sum
          ? [['Range', ['zero', 'four', 'two'], 'range'], ['Unsqueeze', ['range', 'zero'], 'starts'], sum]
          : [],
      },
    );
    expect(read(model, 'tokens', counted(1, 6, 16), 1).reading).toBe('tokens 0..5 as 2 x 3');
    expect(chosen(model)).toBe('tokens');
    expect(typeof layerReadings(model).get('cut')).toBe('string');
  });

  it('reads no map that is rolled, until it is rolled back', () => {
    const integers = { zero: [0], one: [1], five: [5], six: [6], axis: [3] };
    const roll = (from: string, to: string, at: string): readonly Part[] => [
      ['Slice', [from, at, 'six', 'axis'], `${to}.1`, ['N', 8, 4, at === 'one' ? 5 : 1]],
      ['Slice', [from, 'zero', at, 'axis'], `${to}.2`, ['N', 8, 4, at === 'one' ? 1 : 5]],
      ['Concat', [`${to}.1`, `${to}.2`], to, ['N', 8, 4, 6], { axis: 3 }],
    ];
    const model = modelOf([conv, ...roll('conv', 'rolled', 'one'), ...roll('rolled', 'back', 'five')], { integers });
    expect(typeof layerReadings(model).get('rolled')).toBe('string');
    expect(kindOf(model, 'back')).toBe('b,c,h,w');
  });

  it.each([
    ['pooled channels last', [['ReduceMean', ['last', 'axes'], 'x', ['N', 1, 1, 8]]]],
    ['one row', [['MaxPool', ['conv'], 'x', ['N', 8, 1, 6]]]],
    [
      'boxes of several scales',
      [
        ['Conv', ['conv', 'w'], 'coarse', ['N', 8, 2, 3]],
        ['Reshape', ['conv', 's'], 'a', ['N', 8, 24]],
        ['Reshape', ['coarse', 's'], 'b', ['N', 8, 6]],
        ['Concat', ['a', 'b'], 'x', ['N', 8, 30], { axis: 2 }],
      ],
    ],
    [
      'distances to the sides of boxes, decoded by a convolution',
      [
        ['Conv', ['conv', 'w'], 'coarse', ['N', 8, 2, 3]],
        ['Reshape', ['conv', 's'], 'a', ['N', 8, 24]],
        ['Reshape', ['coarse', 's'], 'b', ['N', 8, 6]],
        ['Concat', ['a', 'b'], 'all', ['N', 8, 30], { axis: 2 }],
        ['Reshape', ['all', 's'], 'sides', ['N', 4, 2, 30]],
        ['Transpose', ['sides'], 'bins', ['N', 2, 4, 30], { perm: [0, 2, 1, 3] }],
        ['Conv', ['bins', 'w'], 'x', ['N', 1, 4, 30]],
      ],
    ],
    [
      'anchors of each position',
      [
        ['Reshape', ['conv', 's'], 'a', ['N', 2, 4, 4, 6]],
        ['Transpose', ['a'], 'b', ['N', 2, 4, 6, 4], { perm: [0, 1, 3, 4, 2] }],
        ['Reshape', ['b', 's'], 'x', ['N', 48, 4]],
      ],
    ],
    ['what an operator cuts off from all evidence', [['NonZero', ['conv'], 'x', ['N', 8, 4, 4]]]],
  ] as readonly (readonly [string, readonly Part[]])[])('refuses %s', (_, parts) => {
    const model = modelOf([conv, ['Transpose', ['conv'], 'last', ['N', 4, 6, 8], { perm: [0, 2, 3, 1] }], ...parts]);
    expect(typeof layerReadings(model).get('x')).toBe('string');
    expect(() => placesOf(model, layerOf(model, 'x'), 1)).toThrow(
      expect.objectContaining({
        code: expect.stringMatching(/^LAYER_(AXES|NOT_SPATIAL)$/),
        next: expect.stringContaining('"conv"'),
      }),
    );
  });

  it('learns from what reads a layer as much as from what made it', () => {
    const model = modelOf([
      ['NonZero', ['image'], 'open', ['N', 8, 4, 6]],
      ['Relu', ['open'], 'relu', ['N', 8, 4, 6]],
      ['Conv', ['relu', 'w'], 'conv', ['N', 8, 2, 2]],
    ]);
    expect(kindOf(model, 'open')).toBe('b,c,h,w');
  });

  it('takes the last layer behind the residual sum, channels last too', () => {
    const model = modelOf([
      conv,
      ['Transpose', ['conv'], 'last', ['N', 4, 6, 8], { perm: [0, 2, 3, 1] }],
      ['LayerNormalization', ['last', 'w'], 'norm', ['N', 4, 6, 8]],
      ['MatMul', ['norm', 'w'], 'mlp', ['N', 4, 6, 8]],
      ['Add', ['mlp', 'last'], 'sum', ['N', 4, 6, 8]],
      ['ReduceMean', ['sum', 'axes'], 'mean', ['N', 8]],
    ]);
    expect(chosen(model)).toBe('sum');
  });
});

describe('a layout that is stated', () => {
  const open = modelOf([['NonZero', ['image'], 'x', ['N', 4, 6, 8]]]);
  const tokens = modelOf([['NonZero', ['image'], 'x', ['N', 7, 2]]]);

  it.each([
    ['nchw', open, counted(1, 4, 6, 8), { channels: 4, height: 6, width: 8 }, 1],
    ['nhwc', open, counted(1, 4, 6, 8), { channels: 8, height: 4, width: 6 }, 8],
    ['tokens:2x3+1', tokens, counted(1, 7, 2), { channels: 2, height: 2, width: 3 }, 4],
  ] as const)('%s is how the layer is read', (layout, model, values, size, second) => {
    const maps = read(model, 'x', values, 1, layout);
    expect(maps).toMatchObject(size);
    expect(maps.of(0)[1]).toBe(second);
    expect(lastSpatialLayer(model, () => true, layout)?.name).toBe('x');
    expect(lastSpatialLayer(model, () => true)).toBeUndefined();
  });

  it.each(['tokens:2x3', 'tokens:3x3+1', 'nchw'] as const)('%s must fit the sizes', (layout) => {
    expect(() => read(tokens, 'x', counted(1, 7, 2), 1, layout)).toThrow(
      expect.objectContaining({ code: 'LAYOUT_MISMATCH', found: '[N, 7, 2]' }),
    );
  });

  it.each(['', 'chwn', 'tokens:14', 'tokens:0x3', 'tokens:2x3+-1'])('%j is none', (layout) => {
    expect(() => read(tokens, 'x', counted(1, 7, 2), 1, layout as Layout)).toThrow(
      expect.objectContaining({ code: 'LAYOUT_INVALID' }),
    );
  });
});
