import { describe, expect, it } from '@jest/globals';
import { lastSpatialLayer, layerReadings, placesOf } from '@understory/core';
import { modelOf, type Part } from './model-of.ts';

const conv: Part = ['Conv', ['image', 'w'], 'conv', ['N', 8, 4, 6]];
const last: Part = ['Transpose', ['conv'], 'last', ['N', 4, 6, 8], { perm: [0, 2, 3, 1] }];
const coarse: Part = ['Conv', ['conv', 'w'], 'coarse', ['N', 8, 2, 3]];
const row: Part = ['Reshape', ['last', 's'], 'row', ['N', 24, 8]];

/** Two scales of `[N, 8, places]`, one behind the other. */
const scales: readonly Part[] = [
  coarse,
  ['Reshape', ['conv', 's'], 'a', ['N', 8, 24]],
  ['Reshape', ['coarse', 's'], 'b', ['N', 8, 6]],
  ['Concat', ['a', 'b'], 'all', ['N', 8, 30], { axis: 2 }],
];

/** Two boxes of each place of `[N, boxes * numbers, 4, 6]`, as single-shot detectors lay them out. */
const anchors = (numbers: number, to: string): readonly Part[] => [
  ['Conv', ['conv', 'w'], `${to}.conv`, ['N', 2 * numbers, 4, 6]],
  ['Transpose', [`${to}.conv`], `${to}.last`, ['N', 4, 6, 2 * numbers], { perm: [0, 2, 3, 1] }],
  ['Reshape', [`${to}.last`, 's'], to, ['N', 48, numbers]],
];

const heads: readonly Part[] = [
  row,
  ['MatMul', ['row', 'wq'], 'mixed', ['N', 24, 8]],
  ['Reshape', ['mixed', 's'], 'split', ['N', 24, 2, 4]],
  ['Transpose', ['split'], 'q', ['N', 2, 24, 4], { perm: [0, 2, 1, 3] }],
  ['Transpose', ['split'], 'k', ['N', 2, 4, 24], { perm: [0, 2, 3, 1] }],
  ['MatMul', ['q', 'k'], 'scores', ['N', 2, 24, 24]],
  ['Softmax', ['scores'], 'weights', ['N', 2, 24, 24]],
];

const cut: readonly Part[] = [
  ['Reshape', ['last', 's'], 'cut', ['N', 2, 2, 3, 2, 8]],
  ['Transpose', ['cut'], 'turned', ['N', 2, 3, 2, 2, 8], { perm: [0, 1, 3, 2, 4, 5] }],
];

/** `[layer that is asked for, what it is, nodes behind a convolution and its map with channels last]`. */
const refused: readonly (readonly [layer: string, what: string, parts: readonly Part[]])[] = [
  ['x', 'pooled, channels first', [['GlobalAveragePool', ['conv'], 'x', ['N', 8, 1, 1]]]],
  ['x', 'pooled, channels last', [['ReduceMean', ['last', 'axes'], 'x', ['N', 1, 1, 8]]]],
  ['x', 'one row', [['MaxPool', ['conv'], 'x', ['N', 8, 1, 6]]]],
  ['x', 'one column', [['MaxPool', ['conv'], 'x', ['N', 8, 4, 1]]]],
  [
    'x',
    'one row, channels last',
    [
      ['MaxPool', ['conv'], 'a', ['N', 8, 1, 6]],
      ['Transpose', ['a'], 'x', ['N', 1, 6, 8], { perm: [0, 2, 3, 1] }],
    ],
  ],
  ['x', 'a vector', [['Flatten', ['conv'], 'x', ['N', 192]]]],
  ['all', 'scores of several scales', scales],
  ['x', 'boxes of several scales', [...scales, ['Slice', ['all', 'from', 'to', 'axis'], 'x', ['N', 4, 30]]]],
  [
    'x',
    'boxes of several scales, one a row',
    [...scales, ['Transpose', ['all'], 'x', ['N', 30, 8], { perm: [0, 2, 1] }]],
  ],
  [
    'x',
    'boxes decoded from two halves',
    [
      ...scales,
      ['Slice', ['all', 'zero', 'two', 'axis'], 'near', ['N', 2, 30]],
      ['Slice', ['all', 'two', 'four', 'axis'], 'far', ['N', 2, 30]],
      ['Add', ['near', 'far'], 'sum', ['N', 2, 30]],
      ['Sub', ['far', 'near'], 'size', ['N', 2, 30]],
      ['Concat', ['sum', 'size'], 'x', ['N', 4, 30], { axis: 1 }],
    ],
  ],
  [
    'b',
    'numbers of each box of each place',
    [
      ['Reshape', ['conv', 's'], 'a', ['N', 2, 4, 4, 6]],
      ['Transpose', ['a'], 'b', ['N', 2, 4, 6, 4], { perm: [0, 1, 3, 4, 2] }],
    ],
  ],
  [
    'x',
    'boxes of all places, box by box',
    [
      ['Reshape', ['conv', 's'], 'a', ['N', 2, 4, 4, 6]],
      ['Transpose', ['a'], 'b', ['N', 2, 4, 6, 4], { perm: [0, 1, 3, 4, 2] }],
      ['Reshape', ['b', 's'], 'x', ['N', 48, 4]],
    ],
  ],
  ['x', 'boxes of all places, place by place', anchors(4, 'x')],
  ['x', 'landmarks of all places', anchors(10, 'x')],
  [
    'x',
    'boxes and landmarks',
    [...anchors(4, 'boxes'), ...anchors(10, 'marks'), ['Concat', ['boxes', 'marks'], 'x', ['N', 48, 14], { axis: 2 }]],
  ],
  [
    'x',
    'landmarks of the whole picture',
    [
      ['Flatten', ['conv'], 'flat', ['N', 192]],
      ['Gemm', ['flat', 'w'], 'dense', ['N', 10]],
      ['Reshape', ['dense', 's'], 'x', ['N', 5, 2]],
    ],
  ],
  ['split', 'heads of tokens', heads],
  ['q', 'queries', heads],
  ['k', 'keys', heads],
  ['scores', 'scores of attention', heads],
  ['weights', 'weights of attention', heads],
  ['x', 'heads in the batch', [...heads, ['Reshape', ['q', 's'], 'x', ['2*N', 24, 4]]]],
  ['x', 'windows as lists of places', [...cut, ['Reshape', ['turned', 's'], 'x', ['6*N', 4, 8]]]],
  ['x', 'windows', [...cut, ['Reshape', ['turned', 's'], 'x', ['6*N', 2, 2, 8]]]],
  ['turned', 'a map cut into windows', cut],
  [
    'x',
    'a rolled map, channels last',
    [
      ['Slice', ['last', 'one', 'end', 'one'], 'a', ['N', 3, 6, 8]],
      ['Slice', ['last', 'zero', 'one', 'one'], 'b', ['N', 1, 6, 8]],
      ['Concat', ['a', 'b'], 'x', ['N', 4, 6, 8], { axis: 1 }],
    ],
  ],
  ['x', 'a mirrored map', [['Slice', ['conv', 'minusOne', 'minusEnd', 'three', 'minusOne'], 'x', ['N', 8, 4, 6]]]],
  ['x', 'rows in another order', [['Gather', ['conv', 'order'], 'x', ['N', 8, 4, 6], { axis: 2 }]]],
  ['x', 'channels in two groups', [['Reshape', ['conv', 's'], 'x', ['N', 2, 4, 4, 6]]]],
  [
    'x',
    'channels of two groups, shuffled',
    [
      ['Reshape', ['conv', 's'], 'a', ['N', 2, 4, 4, 6]],
      ['Transpose', ['a'], 'x', ['N', 4, 2, 4, 6], { perm: [0, 2, 1, 3, 4] }],
    ],
  ],
  [
    'x',
    'columns for a recurrent network',
    [
      ['ReduceMean', ['conv', 'two'], 'a', ['N', 8, 6], { keepdims: 0 }],
      ['Transpose', ['a'], 'x', ['N', 6, 8], { perm: [0, 2, 1] }],
    ],
  ],
  [
    'x',
    'what a recurrent network makes of columns',
    [
      ['ReduceMean', ['conv', 'two'], 'a', ['N', 8, 6], { keepdims: 0 }],
      ['Transpose', ['a'], 'steps', ['6', 'N', 8], { perm: [2, 0, 1] }],
      ['LSTM', ['steps', 'w', 'r'], 'states', [6, 1, 'N', 8]],
      ['Squeeze', ['states', 'one'], 'x', [6, 'N', 8]],
    ],
  ],
  [
    'x',
    'a recurrent network over all places',
    [row, ['LSTM', ['row', 'w', 'r'], 'states', ['N', 1, 24, 8]], ['Squeeze', ['states', 'one'], 'x', ['N', 24, 8]]],
  ],
  [
    'x',
    'words beside an image, as many as a square has places',
    [
      ['Gather', ['words', 'ids'], 'embedded', ['N', 16, 8]],
      ['MatMul', ['embedded', 'wq'], 'query', ['N', 16, 8]],
      ['Transpose', ['embedded'], 'key', ['N', 8, 16], { perm: [0, 2, 1] }],
      ['MatMul', ['query', 'key'], 'pairs', ['N', 16, 16]],
      ['MatMul', ['pairs', 'embedded'], 'x', ['N', 16, 8]],
    ],
  ],
  [
    'x',
    'tokens and the batch on one axis',
    [row, ['Transpose', ['row'], 'a', [24, 'N', 8], { perm: [1, 0, 2] }], ['Reshape', ['a', 's'], 'x', ['24*N', 8]]],
  ],
  ['x', 'regions that were cut out', [['RoiAlign', ['conv', 'boxes', 'at'], 'x', ['R', 8, 7, 7]]]],
  [
    'x',
    'frames of a film',
    [
      ['Reshape', ['conv', 's'], 'a', ['N', 2, 4, 4, 6]],
      ['Conv', ['a', 'w'], 'x', ['N', 8, 4, 4, 6]],
    ],
  ],
];

const integers = {
  ...{ zero: [0], one: [1], two: [2], three: [3], four: [4], minusOne: [-1], minusEnd: [-100], end: [100] },
  ...{ from: [0], to: [4], axis: [1], order: [2, 0, 3, 1] },
};

describe('what is no feature map is refused', () => {
  it.each(refused)('%s: %s', (layer, _, parts) => {
    const model = modelOf([conv, last, ...parts], { integers });
    const asked = model.layers.find(({ name }) => name === layer)!;
    expect(typeof layerReadings(model).get(layer)).toBe('string');
    expect(() => placesOf(model, asked, 1)).toThrow(
      expect.objectContaining({
        code: expect.stringMatching(/^LAYER_(AXES|NOT_SPATIAL)$/),
        next: expect.stringMatching(/"(conv|boxes\.conv)"/),
      }),
    );
    expect(lastSpatialLayer(model, () => true)?.name).not.toBe(layer);
  });
});

it('reads no map from a scalar beside an image of a fixed batch', () => {
  const model = modelOf(
    [
      ['Conv', ['image', 'w'], 'conv', [1, 8, 4, 4]],
      ['Identity', ['scale'], 'copy', []],
    ],
    { image: [1, 3, 4, 4] },
  );
  const scale = { name: 'scale', type: 'float32', dims: [] } as const;
  const readings = layerReadings({ ...model, inputs: [...model.inputs, scale] });
  expect(readings.get('scale')).toBe('noPositions');
  expect(readings.get('copy')).toBe('noPositions');
  expect(readings.get('conv')).toMatchObject({ kind: 'map' });
});
