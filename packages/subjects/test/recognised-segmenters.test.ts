import { describe, expect, it } from '@jest/globals';
import type { ModelFacts } from '@understory/core';
import { imageSegmentation } from '../src/image-segmentation/kind.ts';
import { factsOf, node, spec, type Parts } from './models.ts';

const names = (count: number) => Array.from({ length: count }, (_, at) => `thing ${at}`);
const map = (count: number, side = 64, name = 'out') => [spec(name, ['N', count, side, side])];
/** A map that is enlarged, and what closes it. */
const enlarged = (...last: string[]) => [
  node('Conv', 'pixels w b', 'low'),
  node('Resize', 'low', last.length === 0 ? 'out' : 'high'),
  ...last.map((operator) =>
    node(operator, 'high', 'out', operator === 'ArgMax' ? { axis: 1, keepdims: 0 } : { axis: 1 }),
  ),
];
const transposed = [
  node('Conv', 'pixels w b', 'low'),
  node('ConvTranspose', 'low w b', 'high'),
  node('Conv', 'high w b', 'out'),
];

type Case = readonly [what: string, found: readonly string[], parts: Parts, said?: Partial<ModelFacts>];

const cases: readonly Case[] = [
  ['DeepLab: logits that are enlarged', ['graph [N, C, H, W]'], { outputs: map(21), nodes: enlarged() }],
  ['U-Net: transposed convolutions', ['graph [N, C, H, W]'], { outputs: map(21), nodes: transposed }],
  ['a softmax over few classes', ['graph [N, C, H, W]'], { outputs: map(2), nodes: enlarged('Softmax') }],
  ['channels last', ['graph [N, H, W, C]'], { outputs: [spec('out', ['N', 64, 64, 21])], nodes: enlarged('Softmax') }],
  [
    'a maximum over the classes',
    ['graph mask'],
    { outputs: [spec('out', ['N', 64, 64], 'int64')], nodes: enlarged('ArgMax') },
  ],
  ['labels that fit', ['folder [N, C, H, W]'], { outputs: map(3) }, { labels: names(3) }],
  [
    'SegFormer: a quarter of the size, by its folder',
    ['folder [N, C, H, W]'],
    { outputs: map(150, 16, 'logits') },
    { folder: { config: { architectures: ['SegformerForSemanticSegmentation'] } } },
  ],
  [
    'a sigmoid whose name speaks of a mask',
    ['graph mask'],
    { outputs: map(1, 64, 'mask'), nodes: [node('Conv', 'pixels w', 'x'), node('Sigmoid', 'x', 'mask')] },
  ],
  ['one label for one number a pixel', ['folder mask'], { outputs: map(1) }, { labels: ['cat'] }],
  [
    'pictures of any size',
    ['folder [N, C, H, W]'],
    { inputs: [spec('pixels', ['N', 3, 'h', 'w'])], outputs: [spec('out', ['N', 21, 'h', 'w'])] },
    { labels: names(21) },
  ],
  [
    'an auxiliary head beside the main one',
    ['folder [N, C, H, W]', 'shape [N, C, H, W]'],
    { outputs: [...map(21), ...map(21, 64, 'aux')], nodes: [...enlarged(), node('Resize', 'low', 'aux')] },
    { labels: names(21) },
  ],
  ['depth', ['task mask'], { outputs: map(1, 64, 'depth'), nodes: enlarged() }],
  ['depth behind a sigmoid', ['task mask'], { outputs: map(1), nodes: enlarged('Sigmoid') }],
  ['depth [N, H, W]', ['task mask'], { outputs: [spec('predicted_depth', ['N', 64, 64])], nodes: enlarged() }],
  ['a picture: style, noise, colour', ['task [N, C, H, W]'], { outputs: map(3), nodes: transposed }],
  ['a larger picture', [], { outputs: map(3, 256), nodes: transposed }],
  ['optical flow', ['task [N, C, H, W]'], { outputs: map(2), nodes: enlarged() }],
  ['heat maps of the joints of a body', ['task [N, C, H, W]'], { outputs: map(17, 16), nodes: transposed }],
  ['features of a pyramid', ['task [N, C, H, W]'], { outputs: map(256, 16), nodes: enlarged() }],
  ['features of the picture', ['task [N, C, H, W]'], { outputs: map(48, 64, 'features'), nodes: enlarged() }],
  [
    'masks of queries beside their classes',
    ['task [N, C, H, W]'],
    {
      outputs: [...map(100, 16, 'masks_queries_logits'), spec('class_queries_logits', ['N', 100, 134])],
      nodes: enlarged(),
    },
  ],
  [
    'prototypes of masks beside the rows of YOLO',
    ['task [N, C, H, W]'],
    { outputs: [spec('output0', ['N', 116, 84]), ...map(32, 16, 'output1')] },
    { labels: names(80) },
  ],
  ['a map that is no map of the picture', [], { outputs: [spec('out', ['N', 21, 7, 64])] }],
  ['a classifier', [], { outputs: [spec('out', ['N', 1000])] }],
  ['a classifier with axes of one element', [], { outputs: [spec('out', ['N', 1000, 1, 1])] }],
  ['rows of a detector', [], { outputs: [spec('out', ['N', 84, 8400])] }],
];

describe('segmenters that are recognised', () => {
  it.each(cases.map(([what, ...rest]) => ({ what, rest })))('$what', ({ rest: [found, parts, said] }) => {
    const readings = imageSegmentation.readings(factsOf(parts, said));
    expect(readings.map(({ evidence, form }) => `${evidence} ${form}`)).toEqual(found);
    for (const { why } of readings) expect(why).toMatch(/"|folder/);
  });
});
