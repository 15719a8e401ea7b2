import { describe, expect, it } from '@jest/globals';
import type { ModelFacts } from '@understory/core';
import { objectDetection } from '../src/object-detection/kind.ts';
import { factsOf, layer, node, spec, type Parts } from './models.ts';

const names = (count: number) => Array.from({ length: count }, (_, at) => `thing ${at}`);
const input = [spec('images', ['N', 3, 64, 64])];
/** Boxes by arithmetic beside scores behind a sigmoid, as the heads of YOLO are exported. */
const decoded = (output: string, last = 'Concat') => [
  node('Conv', 'images w b', 'raw'),
  node('Split', 'raw', 'box score'),
  node('Mul', 'box w', 'scaled'),
  node('Sigmoid', 'score', 'judged'),
  node('Concat', 'scaled judged', last === 'Concat' ? output : 'joined', { axis: 1 }),
  ...(last === 'Concat' ? [] : [node(last, 'joined', output, { perm: [0, 2, 1] })]),
];
const offsets = [
  node('Conv', 'images w b', 'box'),
  node('Conv', 'images w b', 'score'),
  node('Sigmoid', 'score', 'judged'),
  node('Concat', 'box judged', 'joined', { axis: 1 }),
  node('Transpose', 'joined', 'output', { perm: [0, 2, 1] }),
];
const pair = (boxes: string, scores: string, places: number, count: number) => [
  spec(boxes, ['N', places, 4]),
  spec(scores, ['N', places, count]),
];
const folder = (architecture: string) => ({ folder: { config: { architectures: [architecture] } } });

type Case = readonly [what: string, found: readonly string[], parts: Parts, said?: Partial<ModelFacts>];

// 64 x 64 pixels have 84 cells of 8, 16 and 32 pixels.
const cases: readonly Case[] = [
  ['YOLOv8', ['graph yolov8'], { inputs: input, outputs: [spec('out', ['N', 9, 84])], nodes: decoded('out') }],
  [
    'YOLOv8 whose labels fit',
    ['folder yolov8'],
    { inputs: input, outputs: [spec('out', ['N', 9, 84])], nodes: decoded('out') },
    { labels: names(5) },
  ],
  [
    'YOLOv8 with fewer places than numbers of each, which the graph tells apart',
    ['task yolov8'],
    { inputs: input, outputs: [spec('out', ['N', 84, 64])], nodes: decoded('out') },
  ],
  ['YOLOv8 without a graph', ['shape yolov8'], { inputs: input, outputs: [spec('out', ['N', 9, 84])] }],
  [
    'YOLOv8 of pictures of any size',
    ['graph yolov8'],
    {
      inputs: [spec('images', ['N', 3, 'height', 'width'])],
      outputs: [spec('out', ['N', 84, 'anchors'])],
      nodes: decoded('out'),
    },
  ],
  [
    'YOLOv8 for masks, whose metadata name its task',
    ['folder yolov8'],
    {
      inputs: input,
      outputs: [spec('out', ['N', 4 + 5 + 32, 84]), spec('protos', ['N', 32, 16, 16])],
      nodes: decoded('out'),
    },
    { labels: names(5), folder: { metadata: { task: 'segment' } } },
  ],
  [
    'YOLOv8 with its axes turned, which the labels tell',
    ['folder yolov8'],
    { inputs: input, outputs: [spec('out', ['N', 84, 9])], nodes: decoded('out', 'Transpose') },
    { labels: names(5) },
  ],
  [
    'YOLOv5',
    ['graph yolov5'],
    { inputs: input, outputs: [spec('out', ['N', 252, 9])], nodes: decoded('out', 'Transpose') },
  ],
  ['YOLOX', ['graph yolox'], { inputs: input, outputs: [spec('output', ['N', 84, 9])], nodes: offsets }],
  [
    'YOLOv5 or YOLOX: no graph tells',
    ['shape yolov5', 'shape yolox'],
    { inputs: input, outputs: [spec('output', ['N', 84, 9])] },
  ],
  [
    'rows of which there are not as many as cells',
    ['task yolov5', 'task yolox'],
    { inputs: input, outputs: [spec('output', ['N', 90, 9])] },
  ],
  [
    'RT-DETR of Ultralytics',
    ['graph rtdetr'],
    {
      inputs: input,
      outputs: [spec('out', ['N', 300, 9])],
      nodes: [
        node('Conv', 'images w b', 'x'),
        node('Sigmoid', 'x', 'box'),
        node('Conv', 'images w b', 'y'),
        node('Sigmoid', 'y', 'score'),
        node('Concat', 'box score', 'out', { axis: -1 }),
      ],
    },
  ],
  [
    'YOLOv10',
    ['graph end-to-end'],
    {
      inputs: input,
      outputs: [spec('out', ['N', 300, 6])],
      nodes: [
        node('Conv', 'images w b', 'x'),
        node('TopK', 'x k', 'best which'),
        node('Gather', 'x which', 'rows'),
        node('Concat', 'rows best', 'out', { axis: -1 }),
      ],
    },
  ],
  [
    'YOLOv10 whose metadata name its task',
    ['folder end-to-end'],
    { inputs: input, outputs: [spec('out', ['N', 300, 6])] },
    { labels: names(80), folder: { metadata: { task: 'detect' } } },
  ],
  [
    'DETR',
    ['folder detr'],
    { inputs: input, outputs: pair('pred_boxes', 'logits', 100, 92) },
    folder('DetrForObjectDetection'),
  ],
  [
    'YOLOS',
    ['folder detr'],
    { inputs: input, outputs: pair('pred_boxes', 'logits', 100, 92) },
    folder('YolosForObjectDetection'),
  ],
  [
    'Conditional DETR',
    ['folder detr-sigmoid'],
    { inputs: input, outputs: pair('pred_boxes', 'logits', 300, 91) },
    folder('ConditionalDetrForObjectDetection'),
  ],
  [
    'RT-DETR with as many labels as columns',
    ['folder detr-sigmoid'],
    { inputs: input, outputs: pair('pred_boxes', 'logits', 300, 80) },
    { labels: names(80) },
  ],
  [
    'DETR by its labels, one fewer than columns',
    ['folder detr'],
    { inputs: input, outputs: pair('pred_boxes', 'logits', 100, 8) },
    { labels: names(7) },
  ],
  [
    'DETR without labels',
    ['graph detr', 'graph detr-sigmoid'],
    { inputs: input, outputs: pair('pred_boxes', 'logits', 100, 8) },
  ],
  [
    'heads for training beside DETR',
    ['folder detr'],
    { inputs: input, outputs: [...pair('pred_boxes', 'logits', 100, 8), ...pair('aux_boxes', 'aux_logits', 100, 8)] },
    { labels: names(7) },
  ],
  ['RetinaNet', ['graph boxes-scores'], { inputs: input, outputs: pair('boxes', 'scores', 1000, 5) }],
  [
    'SSD whose background comes first',
    ['folder boxes-scores-background'],
    { inputs: input, outputs: pair('boxes', 'scores', 1000, 21) },
    { labels: names(20) },
  ],
  [
    'detections of a batch',
    ['graph detections'],
    {
      inputs: input,
      outputs: [spec('boxes', ['N', 100, 4]), spec('scores', ['N', 100]), spec('labels', ['N', 100], 'int64')],
    },
  ],
  [
    'detections of one picture',
    ['graph unbatched'],
    {
      inputs: [spec('image', [1, 3, 64, 64])],
      outputs: [spec('boxes', ['K', 4]), spec('scores', ['K']), spec('labels', ['K'], 'int64')],
      nodes: [
        node('Conv', 'image w', 'm'),
        node('NonMaxSuppression', 'm m', 'kept'),
        node('Gather', 'm kept', 'boxes'),
        node('Gather', 'm kept', 'scores'),
        node('Gather', 'm kept', 'labels'),
      ],
    },
  ],
  [
    'a pair of an embedding and a map',
    [],
    { inputs: input, outputs: [spec('a', ['N', 512]), spec('b', ['N', 4, 16, 16])] },
  ],
  ['tokens of a transformer', ['task yolov8'], { inputs: input, outputs: [spec('last_hidden_state', ['N', 65, 768])] }],
  ['a classifier', [], { inputs: input, outputs: [spec('logits', ['N', 1000])] }],
];

describe('detectors that are recognised', () => {
  it.each(cases.map(([what, ...rest]) => ({ what, rest })))('$what', ({ rest: [found, parts, said] }) => {
    const readings = objectDetection.readings(factsOf({ layers: [layer('raw', undefined)], ...parts }, said));
    expect(readings.map(({ evidence, form }) => `${evidence} ${form}`)).toEqual(found);
    for (const { why } of readings) expect(why).toMatch(/"/);
  });

  it('are told with what is left out', () => {
    const outputs = [spec('out', ['N', 41, 84]), spec('protos', ['N', 32, 16, 16])];
    const [reading] = objectDetection.readings(
      factsOf({ inputs: input, outputs, nodes: decoded('out') }, { labels: names(5) }),
    );
    expect(reading?.why).toContain('32 numbers of each, of masks, points or angles, are left out');
  });
});
