import { describe, expect, it } from '@jest/globals';
import { evidence, tensor, type ModelFacts } from '@understory/core';
import { kinds } from '@understory/subjects';
import { factsOf, layer, node, spec, type Parts } from './models.ts';

/** The readings that are left when the weaker ones are set aside, as a study weighs them. */
function readingsOf(facts: ModelFacts): readonly string[] {
  const all = kinds
    .filter(({ id }) => id !== 'raw')
    .flatMap(({ id, kind }) => kind.readings(facts).map((reading) => ({ id, ...reading })));
  const [strongest = []] = evidence
    .filter((level) => level !== 'task')
    .map((level) => all.filter((reading) => reading.evidence === level))
    .filter((group) => group.length > 0);
  return strongest.map(({ id, tensors }) => `${id} ${Object.values(tensors).join()}`);
}

const several = (prefix: string, count: number) => Array.from({ length: count }, (_, at) => `${prefix} ${at}`);
const axes = (...values: number[]) => tensor('int64', BigInt64Array.from(values, BigInt), [values.length]);

/** A backbone, global average pooling and a dense layer to each output. */
const pooledHead = (...outputs: string[]) => [
  node('Conv', 'pixels w b', 'map'),
  node('GlobalAveragePool', 'map', 'pooled'),
  node('Flatten', 'pooled', 'flat'),
  ...outputs.map((name) => node('Gemm', 'flat w b', name)),
];
/** A backbone whose map is flattened, as in LeNet and VGG. */
const flatHead = (...outputs: string[]) => [
  node('Conv', 'pixels w b', 'map'),
  node('Flatten', 'map', 'flat'),
  node('Gemm', 'flat w b', 'hidden'),
  node('Relu', 'hidden', 'active'),
  ...outputs.map((name) => node('Gemm', 'active w b', name)),
];
const row = (name: string, count: number) => spec(name, ['N', count]);
const line = [spec('pixels', ['N', 1, 32, 128])];

const classes = (of: string) => [`image-classification ${of}`];
const quantities = (of: string) => [`regression ${of}`];
const features = (of: string) => [`image-feature-extraction ${of}`];
const boxes = (of: string) => [`object-detection ${of}`];
const text = (of: string) => [`text-recognition ${of}`];

type Case = readonly [what: string, found: readonly string[], parts: Parts, said?: Partial<ModelFacts>];

const cases: readonly Case[] = [
  // Classes.
  ['a pooled head', classes('out'), { outputs: [row('out', 37)], nodes: pooledHead('out') }],
  [
    'a pooled head in NHWC, by means over space',
    classes('out'),
    {
      inputs: [spec('pixels', ['N', 64, 64, 3])],
      outputs: [row('out', 37)],
      layers: [layer('map', ['N', 8, 8, 16])],
      constants: { space: axes(1, 2) },
      nodes: [
        node('Conv', 'pixels w', 'map'),
        node('ReduceMean', 'map space', 'mean'),
        node('MatMul', 'mean w', 'product'),
        node('Add', 'product b', 'out'),
      ],
    },
  ],
  [
    'pooling of the whole map by its window, then a 1x1 convolution',
    classes('out'),
    {
      outputs: [row('out', 5)],
      layers: [layer('pooled', ['N', 64, 1, 1]), layer('scored', ['N', 5, 1, 1])],
      nodes: [
        node('Conv', 'pixels w b', 'map', { kernel_shape: [3, 3] }),
        node('AveragePool', 'map', 'pooled', { kernel_shape: [7, 7] }),
        node('Conv', 'pooled w b', 'scored', { kernel_shape: [1, 1] }),
        node('Squeeze', 'scored', 'out'),
      ],
    },
  ],
  [
    'a class token',
    classes('out'),
    {
      outputs: [row('out', 6)],
      layers: [layer('tokens', ['N', 65, 48])],
      constants: { first: tensor('int64', BigInt64Array.of(0n), []) },
      nodes: [
        node('Conv', 'pixels w', 'map'),
        node('LayerNormalization', 'map w b', 'tokens'),
        node('Gather', 'tokens first', 'token', { axis: 1 }),
        node('Gemm', 'token w b', 'out'),
      ],
    },
  ],
  ['VGG: 1000 numbers', classes('out'), { outputs: [row('out', 1000)], nodes: flatHead('out') }],
  ['LeNet: 10 numbers', classes('out'), { outputs: [row('out', 10)], nodes: flatHead('out') }],
  ['ImageNet without a graph', classes('out'), { outputs: [row('out', 1001)] }],
  [
    'SqueezeNet: maps of classes, pooled',
    classes('out'),
    {
      outputs: [row('out', 12)],
      nodes: [
        node('Conv', 'pixels w b', 'map', { kernel_shape: [1, 1] }),
        node('Relu', 'map', 'active'),
        node('GlobalAveragePool', 'active', 'pooled'),
        node('Flatten', 'pooled', 'out'),
      ],
    },
  ],
  [
    'a softmax, explained in front of it',
    classes('fc'),
    {
      outputs: [row('out', 7)],
      layers: [layer('fc', ['N', 7])],
      nodes: [...flatHead('fc'), node('Softmax', 'fc', 'out')],
    },
  ],
  [
    'logits and their softmax, both handed out',
    classes('logits'),
    {
      outputs: [row('logits', 7), row('probabilities', 7)],
      layers: [layer('logits', ['N', 7])],
      nodes: [...flatHead('logits'), node('Softmax', 'logits', 'probabilities')],
    },
  ],
  [
    'several labels behind a sigmoid',
    classes('fc'),
    {
      outputs: [row('out', 14)],
      layers: [layer('fc', ['N', 14])],
      nodes: [...flatHead('fc'), node('Sigmoid', 'fc', 'out')],
    },
  ],
  [
    'one number behind a sigmoid',
    classes('fc'),
    {
      outputs: [row('out', 1)],
      layers: [layer('fc', ['N', 1])],
      nodes: [...flatHead('fc'), node('Sigmoid', 'fc', 'out')],
    },
  ],
  [
    'a vector [N] behind a sigmoid',
    classes('out'),
    {
      outputs: [spec('out', ['N'])],
      nodes: [...flatHead('fc'), node('Squeeze', 'fc', 's'), node('Sigmoid', 's', 'out')],
    },
  ],
  [
    'a quantised softmax whose output is uint8, explained in front of it',
    classes('fc'),
    {
      outputs: [spec('out', ['N', 1001], 'uint8')],
      layers: [layer('fc', ['N', 1001]), layer('p', ['N', 1001], 'Softmax')],
      nodes: [...flatHead('fc'), node('Softmax', 'fc', 'p'), node('QuantizeLinear', 'p w b', 'out')],
    },
  ],
  [
    'a quantised network whose output is dequantised',
    classes('out'),
    {
      outputs: [row('out', 9)],
      nodes: [
        node('QLinearConv', 'pixels w b', 'map'),
        node('QLinearGlobalAveragePool', 'map b b', 'pooled'),
        node('Flatten', 'pooled', 'flat'),
        node('QGemm', 'flat w b', 'q'),
        node('DequantizeLinear', 'q b b', 'out'),
      ],
    },
  ],
  [
    'classes on the last of four axes',
    classes('out'),
    { outputs: [spec('out', [1, 1, 1, 1001])], inputs: [spec('x', [1, 8, 8, 3])] },
  ],
  [
    'a name that speaks of classes',
    classes('class_logits'),
    { outputs: [row('class_logits', 23)], nodes: flatHead('class_logits') },
  ],
  ['labels that fit', classes('out'), { outputs: [row('out', 23)] }, { labels: several('kind', 23) }],
  [
    'an auxiliary head beside the main one',
    classes('main'),
    { outputs: [row('main', 1000), row('aux_logits', 1000)], nodes: pooledHead('main', 'aux_logits') },
  ],
  [
    'heads whose mean is the answer',
    classes('logits'),
    {
      outputs: [row('logits', 20), row('cls_logits', 20), row('distillation_logits', 20)],
      nodes: [
        ...pooledHead('cls_logits', 'distillation_logits'),
        node('Add', 'cls_logits distillation_logits', 'sum'),
        node('Div', 'sum w', 'logits'),
      ],
    },
  ],
  [
    "a folder's architecture",
    classes('logits'),
    { outputs: [row('logits', 3), row('hidden', 3)] },
    { folder: { config: { architectures: ['ViTForImageClassification'] } } },
  ],
  [
    "timm's number of classes",
    classes('out'),
    { outputs: [row('out', 23)] },
    { folder: { config: { architecture: 'resnet18', num_classes: 23 } } },
  ],
  [
    'what Ultralytics writes into the file',
    classes('output0'),
    { outputs: [row('output0', 4)] },
    { folder: { metadata: { task: 'classify' } } },
  ],
  [
    'the output that was named, at its word',
    classes('p'),
    {
      outputs: [row('p', 12), row('q', 12)],
      nodes: [...flatHead('f'), node('Softmax', 'f', 'p'), node('Softmax', 'f', 'q')],
    },
    { outputs: ['p'] },
  ],
  [
    'embeddings that logits are computed from',
    classes('logits'),
    {
      outputs: [row('logits', 37), row('embedding', 512)],
      nodes: [...pooledHead('embedding'), node('Gemm', 'embedding w b', 'logits')],
    },
  ],
  [
    'labels decide between two heads',
    classes('colour'),
    { outputs: [row('make', 12), row('colour', 5)], nodes: pooledHead('make', 'colour') },
    { labels: several('colour', 5) },
  ],
  [
    'labels decide between boxes and classes',
    classes('classes'),
    { outputs: [row('boxes', 4), row('classes', 20)], nodes: pooledHead('boxes', 'classes') },
    { labels: several('kind', 20) },
  ],

  // Quantities.
  ['a number by its name', quantities('age'), { outputs: [row('age', 1)], nodes: pooledHead('age') }],
  [
    'landmarks by their name',
    quantities('landmarks'),
    { outputs: [row('landmarks', 1404)], nodes: flatHead('landmarks') },
  ],
  [
    'landmarks in four axes by their name',
    quantities('face_landmarks'),
    { outputs: [spec('face_landmarks', [1, 1, 1, 1404])], inputs: [spec('x', [1, 192, 192, 3])] },
  ],
  [
    'a box by its name, whatever head it has',
    quantities('bbox'),
    { outputs: [row('bbox', 4)], nodes: pooledHead('bbox') },
  ],
  [
    'as many landmarks as CIFAR has classes',
    quantities('landmarks'),
    { outputs: [row('landmarks', 10)], nodes: pooledHead('landmarks') },
  ],
  [
    'a box behind a sigmoid by its name',
    quantities('pred_box'),
    { outputs: [row('pred_box', 4)], nodes: [...flatHead('fc'), node('Sigmoid', 'fc', 'pred_box')] },
  ],
  [
    'an angle behind atan',
    quantities('out'),
    { outputs: [row('out', 1)], nodes: [...flatHead('fc'), node('Atan', 'fc', 'out')] },
  ],
  [
    'angles in outputs of their own, as one',
    quantities('yaw,pitch,roll'),
    { outputs: [row('yaw', 1), row('pitch', 1), row('roll', 1)], nodes: pooledHead('yaw', 'pitch', 'roll') },
  ],
  [
    'a folder whose problem type is regression',
    quantities('logits'),
    { outputs: [row('logits', 1)] },
    {
      folder: { config: { problem_type: 'regression', architectures: ['ViTForImageClassification'] } },
      labels: ['LABEL_0'],
    },
  ],

  // Embeddings.
  [
    'vectors divided by their length',
    features('out'),
    {
      outputs: [row('out', 128)],
      nodes: [
        ...pooledHead('v'),
        node('ReduceL2', 'v', 'l'),
        node('Clip', 'l b', 'c'),
        node('Expand', 'c b', 'e'),
        node('Div', 'v e', 'out'),
      ],
    },
  ],
  [
    'vectors times the reciprocal root of their squares',
    features('out'),
    {
      outputs: [row('out', 40)],
      nodes: [
        ...flatHead('v'),
        node('Mul', 'v v', 'square'),
        node('ReduceSum', 'square', 'sum'),
        node('Max', 'sum b', 'most'),
        node('Sqrt', 'most', 'root'),
        node('Reciprocal', 'root', 'inverse'),
        node('Mul', 'v inverse', 'out'),
      ],
    },
  ],
  [
    'LpNormalization',
    features('out'),
    { outputs: [row('out', 1000)], nodes: [...flatHead('v'), node('LpNormalization', 'v', 'out', { p: 2 })] },
  ],
  [
    'pooled features with no dense layer',
    features('out'),
    {
      outputs: [row('out', 512)],
      nodes: [
        node('Conv', 'pixels w b', 'map', { kernel_shape: [3, 3] }),
        node('GlobalAveragePool', 'map', 'p'),
        node('Flatten', 'p', 'out'),
      ],
    },
  ],
  [
    'a batch normalisation at the end, as ArcFace has it',
    features('out'),
    { outputs: [row('out', 512)], nodes: [...flatHead('v'), node('BatchNormalization', 'v w b w b', 'out')] },
  ],
  [
    'a name that speaks of an embedding',
    features('image_embeds'),
    { outputs: [row('image_embeds', 512)], nodes: pooledHead('image_embeds') },
  ],
  [
    "CLIP's image tower by its folder",
    features('image_embeds'),
    { outputs: [row('image_embeds', 37), spec('last_hidden_state', ['N', 50, 64])] },
    { folder: { config: { architectures: ['CLIPVisionModelWithProjection'] } } },
  ],
  [
    'a network without classes by its folder',
    features('out'),
    { outputs: [row('out', 48)] },
    { folder: { config: { architecture: 'vit_tiny', num_classes: 0 } } },
  ],

  // Text.
  [
    'a softmax at each step',
    text('steps'),
    {
      inputs: line,
      outputs: [spec('out', ['N', 32, 37])],
      layers: [layer('steps', ['N', 32, 37])],
      nodes: [node('Conv', 'pixels w', 'steps'), node('Softmax', 'steps', 'out', { axis: 2 })],
    },
  ],
  [
    'steps before samples',
    text('out'),
    {
      inputs: line,
      outputs: [spec('out', [33, 'N', 37])],
      nodes: [node('Conv', 'pixels w', 'map'), node('LSTM', 'map w w', 'out')],
    },
  ],
  [
    'steps before samples, read before they are turned',
    text('steps'),
    {
      inputs: line,
      outputs: [spec('out', [33, 'N', 37])],
      layers: [layer('steps', ['N', 33, 37]), layer('turned', [33, 'N', 37], 'Transpose')],
      nodes: [
        node('LSTM', 'pixels w w', 'steps'),
        node('Transpose', 'steps', 'turned', { perm: [1, 0, 2] }),
        node('LogSoftmax', 'turned', 'out', { axis: 2 }),
      ],
    },
  ],
  [
    'characters that fit with a blank',
    text('out'),
    { outputs: [spec('out', ['N', 'T', 11])] },
    { labels: [...'0123456789'] },
  ],
  [
    'characters that a folder lists',
    text('logits'),
    { outputs: [spec('logits', ['N', 16, 5])] },
    { folder: { config: { vocab: 'abcd' } } },
  ],

  // Several readings.
  [
    'one number',
    ['image-classification out', 'regression out'],
    { outputs: [row('out', 1)], nodes: pooledHead('out') },
  ],
  ['a vector [N]', ['image-classification out', 'regression out'], { outputs: [spec('out', ['N'])] }],
  ['four numbers', ['image-classification out'], { outputs: [row('out', 4)], nodes: pooledHead('out') }],
  [
    'four numbers behind a sigmoid',
    ['image-classification out', 'regression out'],
    { outputs: [row('out', 4)], nodes: [...flatHead('fc'), node('Sigmoid', 'fc', 'out')] },
  ],
  [
    '1404 numbers',
    ['image-classification out', 'regression out'],
    { outputs: [row('out', 1404)], nodes: flatHead('out') },
  ],
  [
    '1404 numbers in four axes',
    ['image-classification out', 'regression out'],
    { outputs: [spec('out', [1, 1, 1, 1404])], inputs: [spec('x', [1, 192, 192, 3])] },
  ],
  [
    'as many numbers as 68 landmarks have, behind a pooled head',
    ['image-classification out', 'regression out'],
    { outputs: [row('out', 136)], nodes: pooledHead('out') },
  ],
  [
    'a dense layer as wide as embeddings',
    ['image-classification out', 'regression out', 'image-feature-extraction out'],
    { outputs: [row('out', 512)], nodes: pooledHead('out') },
  ],
  [
    'two heads of classes',
    ['image-classification make', 'image-classification colour'],
    { outputs: [row('make', 12), row('colour', 5)], nodes: pooledHead('make', 'colour') },
  ],
  [
    'boxes beside classes',
    ['image-classification classes', 'regression boxes'],
    { outputs: [row('boxes', 4), row('classes', 20)], nodes: pooledHead('boxes', 'classes') },
  ],
  [
    'an age beside an embedding',
    ['regression age', 'image-feature-extraction embedding'],
    { outputs: [row('age', 1), row('embedding', 128)], nodes: pooledHead('age', 'embedding') },
  ],

  // For other kinds, or for none.
  ['YOLO of larger pictures: [N, 84, 8400]', [], { outputs: [spec('output0', ['N', 84, 8400])] }],
  ['YOLOX of larger pictures: [N, 8400, 85]', [], { outputs: [spec('output', ['N', 8400, 85])] }],
  [
    'DETR without labels',
    [...boxes('pred_boxes,logits'), ...boxes('pred_boxes,logits')],
    { outputs: [spec('logits', ['N', 100, 92]), spec('pred_boxes', ['N', 100, 4])] },
  ],
  [
    'SSD behind a softmax',
    boxes('boxes,scores'),
    {
      outputs: [spec('scores', ['N', 300, 21]), spec('boxes', ['N', 300, 4])],
      inputs: [spec('x', ['N', 3, 300, 300])],
      nodes: [node('Conv', 'x w', 's'), node('Conv', 'x w', 'boxes'), node('Softmax', 's', 'scores')],
    },
  ],
  [
    'detections whose number the values decide',
    [],
    {
      outputs: [spec('boxes', ['K', 4]), spec('scores', ['K'])],
      nodes: [
        node('Conv', 'pixels w', 'm'),
        node('NonMaxSuppression', 'm m', 'kept'),
        node('Gather', 'm kept', 'boxes'),
        node('Gather', 'm kept', 'scores'),
      ],
    },
  ],
  ['a hundred boxes of one picture', [], { inputs: [spec('x', [1, 3, 64, 64])], outputs: [spec('boxes', [100, 4])] }],
  ['maps', [], { outputs: [spec('out', ['N', 21, 64, 64])] }],
  [
    'maps in a row behind a softmax',
    [],
    { outputs: [spec('out', ['N', 4096, 21])], nodes: [node('Conv', 'pixels w', 'm'), node('Softmax', 'm', 'out')] },
  ],
  [
    'digits of a house number',
    [],
    { outputs: [spec('out', ['N', 5, 11])], nodes: [node('Conv', 'pixels w', 'm'), node('Softmax', 'm', 'out')] },
  ],
  ['tokens', [], { outputs: [spec('last_hidden_state', ['N', 50, 768])] }],
  ['a class that was decided on', [], { outputs: [spec('label', ['N'], 'int64')] }],
  [
    'quantised numbers of a graph that does not show what they were',
    [],
    { outputs: [spec('out', ['N', 1001], 'uint8')] },
  ],
  [
    'what does not come from the picture',
    [],
    {
      inputs: [spec('pixels', ['N', 3, 8, 8]), spec('ids', ['N', 77], 'int64')],
      outputs: [row('text_embeds', 512)],
      nodes: [node('Gather', 'w ids', 'text_embeds')],
    },
  ],
];

describe('what is recognised', () => {
  it.each(cases.map(([what, ...rest]) => ({ what, rest })))('$what', ({ rest: [found, parts, said] }) => {
    expect(readingsOf(factsOf(parts, said))).toEqual(found);
  });

  it('is told in a sentence that names the tensor or the folder', () => {
    for (const [, , parts, said] of cases) {
      const facts = factsOf(parts, said);
      for (const { why, tensors } of kinds.flatMap(({ kind }) => kind.readings(facts))) {
        expect(why).toMatch(/^[^.]{10,}$/);
        expect(Object.values(tensors).every((name) => typeof name === 'string')).toBe(true);
      }
    }
  });

  it('does not depend on the order of the outputs', () => {
    const wordsOf = (reading: string) => reading.split(/[ ,]/).sort().join();
    for (const [, found, parts, said] of cases) {
      const turned = { ...parts, outputs: parts.outputs.toReversed() };
      const outcome = readingsOf(factsOf(turned, said)).map(wordsOf);
      expect(outcome.sort()).toEqual(found.map(wordsOf).sort());
    }
  });

  it('leaves raw outputs to those who ask for them, and then names all', () => {
    const raw = kinds.find(({ id }) => id === 'raw')!.kind;
    const facts = factsOf({ outputs: [row('a', 3), spec('b', ['N', 2, 2])] });
    expect(raw.readings(facts)).toMatchObject([{ evidence: 'shape', tensors: { a: 'a', b: 'b' } }]);
    expect(raw.readings({ ...facts, outputs: ['b'] })).toMatchObject([{ tensors: { b: 'b' } }]);
    expect(raw.readings(factsOf({ outputs: [] }))).toEqual([]);
  });
});
