import { describe, expect, it } from '@jest/globals';
import { rgbImage } from '@understory/imaging';
import { decodeImage, encodePng } from '@understory/imaging/sharp';
import { openDataset } from '../src/index.ts';
import { all, diagnosis, folderWith, png } from './fixtures.ts';

type Files = Record<string, string | Uint8Array>;

const json = JSON.stringify;

/** A question of GQA with the fields of its files. */
function asked(question: string, answer: string, more: object = {}) {
  return {
    ...{ semantic: [], entailed: [], equivalent: [], question, imageId: '2354786', isBalanced: true, answer },
    ...{ groups: { global: null, local: '10-apple' }, semanticStr: '', fullAnswer: answer },
    ...{ annotations: { answer: {}, question: {}, fullAnswer: {} } },
    ...{ types: { detailed: 'existC', semantic: 'obj', structural: 'verify' }, ...more },
  };
}

const step = (operation: string, dependencies: readonly number[], argument: string) => ({
  operation,
  dependencies,
  argument,
});

const leftApple = {
  semantic: [step('select', [], 'apple (271881)'), step('filter hposition', [0], 'left'), step('query', [1], 'color')],
  types: { detailed: 'directOf', semantic: 'attr', structural: 'query' },
  annotations: { answer: {}, question: { '4:6': '271881' }, fullAnswer: {} },
};

async function gqa(): Promise<Files> {
  return {
    'questions/val_balanced_questions.json': json({
      '05451384': asked('What color is the left apple?', 'green', {
        ...leftApple,
        equivalent: ['05451384', '05451385'],
      }),
      '05451385': asked('What is the color of the apple on the left?', 'green', {
        ...leftApple,
        ...{ annotations: { answer: {}, question: {}, fullAnswer: {} }, equivalent: ['05451384', '05451385'] },
      }),
      '05451386': asked('Is the table to the left or to the right of the apple?', 'left', {
        semantic: [
          step('select', [], 'table (7)'),
          step('choose rel', [0], 'apple,to the left of|to the right of,o (271882)'),
        ],
        types: { detailed: 'positionChoose', semantic: 'rel', structural: 'choose' },
      }),
      '05451387': asked('What is the apple on?', 'table', {
        semantic: [step('select', [], 'apple (271882)'), step('relate', [0], '_,on,o (7)'), step('query', [1], 'name')],
        types: { detailed: 'relO', semantic: 'rel', structural: 'query' },
        annotations: { answer: { '0': '7' }, question: { '3': '271882' }, fullAnswer: {} },
      }),
      '05451388': asked('Are there any pears?', 'no', {
        semantic: [step('select', [], 'pear (-)'), step('exist', [0], '?')],
      }),
      '05451389': asked('Is the sky dark?', 'no', { imageId: '9999' }),
    }),
    'questions/testdev_all_questions.json': json({
      '1': { question: 'Is it sunny?', imageId: 'n2354786', answer: 'yes' },
    }),
    'sceneGraphs/val_sceneGraphs.json': json({
      '2354786': {
        ...{ width: 500, height: 333 },
        objects: {
          '271881': { name: 'apple', x: 20, y: 90, w: 60, h: 50, attributes: ['green'], relations: [] },
          '271882': { name: 'apple', x: 220, y: 80, w: 64, h: 52, attributes: ['red'], relations: [] },
          '7': { name: 'table', x: 0, y: 120, w: 500, h: 213, attributes: [], relations: [] },
        },
      },
    }),
    'images/2354786.jpg': await png(1),
    'images/n2354786.jpg': await png(2),
  };
}

describe('gqa', () => {
  it('asks the questions of each image, those that mean the same as phrasings of one, with boxes of the scene graph', async () => {
    const dataset = await openDataset(`gqa:${folderWith(await gqa())}`);
    expect([dataset.name, dataset.size, dataset.classes]).toEqual(['gqa/val_balanced', 1, undefined]);
    const [item] = await all(dataset);
    expect(item?.id).toBe('images/2354786.jpg');
    expect((await decodeImage(await item!.read(), 'x')).data[0]).toBe(1);
    const apple = { x: 20, y: 90, width: 60, height: 50 };
    const redApple = { x: 220, y: 80, width: 64, height: 52 };
    const table = { x: 0, y: 120, width: 500, height: 213 };
    // What the scene graph says of its picture, which need not be the size of the file.
    const boxesIn = { width: 500, height: 333 };
    expect(item?.questions).toEqual([
      {
        ...{ kind: 'query attr', answerType: 'attr', answer: 'green', isSpatial: true },
        phrasings: ['What color is the left apple?', 'What is the color of the apple on the left?'],
        // Words of the annotation, and the name where there is none.
        phrases: ['left apple', 'apple'],
        ...{ box: apple, boxesIn, others: [{ box: redApple }] },
      },
      {
        ...{ kind: 'choose rel', answerType: 'rel', answer: 'left', onMirror: 'right', isSpatial: true },
        phrasings: ['Is the table to the left or to the right of the apple?'],
        ...{ phrases: ['table'], box: table, boxesIn, others: [{ box: redApple }] },
      },
      {
        ...{ kind: 'query rel', answerType: 'rel', answer: 'table', onMirror: 'table', isSpatial: false },
        phrasings: ['What is the apple on?'],
        // What is asked for has no words.
        ...{ box: table, boxesIn, others: [{ box: redApple, answer: 'apple' }] },
      },
      {
        ...{ kind: 'verify obj', answerType: 'obj', answer: 'no', onMirror: 'no', isSpatial: false },
        phrasings: ['Are there any pears?'],
      },
    ]);
  });

  it('reads a split that is asked for by its short name, and needs no scene graphs, programs or types', async () => {
    const dataset = await openDataset(`gqa:${folderWith(await gqa())}`, { split: 'testdev' });
    expect(dataset.name).toBe('gqa/testdev_all');
    expect((await all(dataset)).map(({ id, questions }) => [id, questions])).toEqual([
      ['images/n2354786.jpg', [{ kind: 'question', phrasings: ['Is it sunny?'], answer: 'yes', onMirror: 'yes' }]],
    ]);
  });

  it.each<[what: string, change: (files: Files) => Files, split: string | undefined, error: object]>([
    [
      'no questions',
      ({ 'images/2354786.jpg': image }) => ({ 'images/2354786.jpg': image! }),
      undefined,
      { code: 'DATASET_LABELS_MISSING', found: 'images/', expected: 'questions/testdev_balanced_questions.json' },
    ],
    [
      'no images',
      (files) => ({
        'val_balanced_questions.json': files['questions/val_balanced_questions.json']!,
        'images.zip': 'x',
      }),
      undefined,
      { code: 'DATASET_IMAGES_MISSING', next: 'Unpack images.zip there.' },
    ],
    [
      'another split',
      (files) => files,
      'train',
      { code: 'DATASET_SPLIT_MISSING', found: 'splits: testdev_all, val_balanced' },
    ],
    [
      'a list',
      (files) => ({ ...files, 'questions/val_balanced_questions.json': '[]' }),
      undefined,
      { code: 'DATASET_LABELS_INVALID', found: 'a list', expected: 'an object of questions by their numbers' },
    ],
    [
      'an entry without an image',
      (files) => ({ ...files, 'questions/val_balanced_questions.json': json({ '12': { question: 'Is it?' } }) }),
      undefined,
      { message: expect.stringMatching(/is not valid at question 12\.$/), expected: 'question, imageId' },
    ],
    [
      'an image outside',
      (files) => ({
        ...files,
        'questions/val_balanced_questions.json': json({
          '12': { question: 'Is it?', imageId: '../../a', answer: 'no' },
        }),
      }),
      undefined,
      { code: 'DATASET_LABELS_INVALID', expected: 'a path within the data set' },
    ],
    [
      'answers that are kept back',
      (files) => ({
        ...files,
        'questions/val_balanced_questions.json': json({ '12': { question: 'Is it?', imageId: '2354786' } }),
      }),
      undefined,
      { code: 'DATASET_EMPTY', expected: 'questions with answers, of images that are there' },
    ],
    [
      'an unfinished file',
      (files) => ({ ...files, 'questions/val_balanced_questions.json': '{"1":\n{"question": ' }),
      undefined,
      { code: 'DATASET_LABELS_INVALID', message: expect.stringMatching(/is not valid at line 2\.$/) },
    ],
    [
      'scene graphs without objects',
      (files) => ({ ...files, 'sceneGraphs/val_sceneGraphs.json': json({ '2354786': { width: 1 } }) }),
      undefined,
      { message: expect.stringMatching(/val_sceneGraphs\.json" is not valid at image 2354786\.$/) },
    ],
  ])('tells of %s', async (_, change, split, error) => {
    const folder = folderWith(change(await gqa()));
    expect(await diagnosis(openDataset(`gqa:${folder}`, split === undefined ? {} : { split }))).toMatchObject(error);
  });
});

const instruction = (name: string, inputs: readonly number[], ...values: readonly string[]) => ({
  ...{ inputs, function: name, value_inputs: values },
});

const scene = () => instruction('scene', []);

/** Two cubes that stand left and right of a sphere. */
const objects = [
  {
    ...{ color: 'red', size: 'large', rotation: 0, shape: 'cube', material: 'metal' },
    ...{ '3d_coords': [-2, -1, 0.7], pixel_coords: [120, 160, 10.5] },
  },
  {
    ...{ color: 'blue', size: 'small', rotation: 0, shape: 'sphere', material: 'rubber' },
    ...{ '3d_coords': [0, 0, 0.35], pixel_coords: [240, 150, 10.5] },
  },
  {
    ...{ color: 'green', size: 'large', rotation: 45, shape: 'cube', material: 'rubber' },
    ...{ '3d_coords': [2, 1, 0.7], pixel_coords: [360, 140, 10.5] },
  },
];

function clevrQuestion(question: string, answer: unknown, program: readonly object[], image = 'CLEVR_val_000000.png') {
  return {
    ...{ question, answer, program, image_filename: image, split: 'val', image_index: 0 },
    ...{ question_index: 0, question_family_index: 2 },
  };
}

async function clevr(): Promise<Files> {
  const besideSphere = [
    scene(),
    instruction('filter_shape', [0], 'sphere'),
    instruction('unique', [1]),
    instruction('relate', [2], 'left'),
    instruction('filter_shape', [3], 'cube'),
    instruction('unique', [4]),
    instruction('query_color', [5]),
  ];
  return {
    'questions/CLEVR_val_questions.json': json({
      info: { split: 'val', license: 'CC BY 4.0', version: '1.0', date: '2/14/2017' },
      questions: [
        clevrQuestion('What color is the cube left of the sphere?', 'red', besideSphere),
        clevrQuestion('How many cubes are there?', '2', [
          ...[scene(), instruction('filter_shape', [0], 'cube'), instruction('count', [1])],
        ]),
        clevrQuestion('Are there more cubes than spheres?', 'yes', [
          ...[scene(), instruction('filter_shape', [0], 'cube'), instruction('count', [1])],
          ...[scene(), instruction('filter_shape', [3], 'sphere'), instruction('count', [4])],
          instruction('greater_than', [2, 5]),
        ]),
        clevrQuestion('Is the large red thing the same material as the sphere?', 'no', [
          ...[scene(), instruction('filter_size', [0], 'large'), instruction('filter_color', [1], 'red')],
          ...[instruction('unique', [2]), instruction('query_material', [3])],
          ...[scene(), instruction('filter_shape', [5], 'sphere'), instruction('unique', [6])],
          ...[instruction('query_material', [7]), instruction('equal_material', [4, 8])],
        ]),
        clevrQuestion('How many things are green or small?', 2, [
          ...[scene(), instruction('filter_color', [0], 'green')],
          ...[
            scene(),
            instruction('filter_size', [2], 'small'),
            instruction('union', [1, 3]),
            instruction('count', [4]),
          ],
        ]),
        clevrQuestion('Is there another thing of the same shape as the red cube behind the sphere?', true, [
          ...[scene(), instruction('filter_color', [0], 'red'), instruction('unique', [1])],
          ...[instruction('same_shape', [2])],
          ...[scene(), instruction('filter_shape', [4], 'sphere'), instruction('unique', [5])],
          ...[instruction('relate', [6], 'behind'), instruction('intersect', [3, 7]), instruction('exist', [8])],
        ]),
        clevrQuestion('Is it there?', 'no', [], 'CLEVR_val_000001.png'),
      ],
    }),
    'scenes/CLEVR_val_scenes.json': json({
      info: {},
      scenes: [
        {
          ...{ image_index: 0, image_filename: 'CLEVR_val_000000.png', split: 'val', objects },
          directions: { right: [1, 0, 0], left: [-1, 0, 0], behind: [0, 1, 0], front: [0, -1, 0] },
          relationships: {
            ...{ left: [[], [0], [0, 1]], right: [[1, 2], [2], []] },
            ...{ front: [[], [0], [0, 1]], behind: [[1, 2], [2], []] },
          },
        },
      ],
    }),
    // Half as large as CLEVR renders them.
    'images/val/CLEVR_val_000000.png': await encodePng(rgbImage(new Uint8Array(3 * 240 * 160), 240, 160)),
  };
}

describe('clevr', () => {
  it('asks its questions by what they ask for, and finds in the scene what each is about and what holds in a mirror', async () => {
    const dataset = await openDataset(`clevr:${folderWith(await clevr())}`);
    expect([dataset.name, dataset.size]).toEqual(['clevr/val', 1]);
    const [item] = await all(dataset);
    expect(item?.id).toBe('images/val/CLEVR_val_000000.png');
    const asked = item!.questions!;
    expect(asked.map(({ kind, answer, onMirror, isSpatial }) => [kind, answer, onMirror, isSpatial])).toEqual([
      ['query attribute', 'red', 'green', true],
      ['count', '2', '2', false],
      ['compare integer', 'yes', 'yes', false],
      ['compare attribute', 'no', 'no', false],
      ['count', '2', '2', false],
      ['exist', 'yes', 'yes', true],
    ]);
    const [first] = asked;
    expect(first?.phrasings).toEqual(['What color is the cube left of the sphere?']);
    // 525 pixels a unit at one unit away: half of a large cube is 35 of them as it was rendered.
    const around = (x: number, y: number, wide: number, high: number) => ({
      ...{ x: expect.closeTo((x - wide) / 2, 3), y: expect.closeTo((y - high) / 2, 3) },
      ...{ width: expect.closeTo(wide, 3), height: expect.closeTo(high, 3) },
    });
    const diagonal = 35 * Math.SQRT2;
    expect(first?.box).toEqual(around(120, 160, 35, 35 * (Math.cos(0.5) + Math.sin(0.5))));
    expect(first?.others).toEqual([
      { box: around(240, 150, 17.5, 17.5), answer: 'blue' },
      { box: around(360, 140, diagonal, 35 * Math.cos(0.5) + diagonal * Math.sin(0.5)), answer: 'green' },
    ]);
    expect(asked.map(({ box }) => box === undefined)).toEqual([false, true, true, true, true, false]);
  });

  it('needs no scenes: then the words of the question tell what holds in a mirror', async () => {
    const files = Object.entries(await clevr()).filter(([name]) => !name.startsWith('scenes/'));
    const [item] = await all(await openDataset(`clevr:${folderWith(Object.fromEntries(files))}`));
    expect(item!.questions!.map(({ onMirror, box }) => [onMirror, box])).toEqual([
      [undefined, undefined],
      ...['2', 'yes', 'no', '2', 'yes'].map((answer) => [answer, undefined]),
    ]);
  });

  it('takes nothing from a scene on which a program comes to another answer', async () => {
    const files = await clevr();
    const other = String(files['questions/CLEVR_val_questions.json']).replace('"answer":"red"', '"answer":"green"');
    const [item] = await all(
      await openDataset(`clevr:${folderWith({ ...files, 'questions/CLEVR_val_questions.json': other })}`),
    );
    expect(item!.questions![0]).toMatchObject({ answer: 'green', isSpatial: true });
    expect(item!.questions![0]).not.toHaveProperty('box');
    expect(item!.questions![0]).not.toHaveProperty('onMirror');
  });

  it('reads the field names of programs of either version, and pictures in one folder', async () => {
    const files = await clevr();
    const older = String(files['questions/CLEVR_val_questions.json'])
      .replaceAll('"function":', '"type":')
      .replaceAll('"value_inputs":', '"side_inputs":');
    const { 'images/val/CLEVR_val_000000.png': image, ...rest } = files;
    const folder = folderWith({
      ...rest,
      ...{ 'questions/CLEVR_val_questions.json': older, 'images/CLEVR_val_000000.png': image! },
    });
    const [item] = await all(await openDataset(`clevr:${folder}`));
    expect([item?.id, item?.questions?.[0]?.onMirror]).toEqual(['images/CLEVR_val_000000.png', 'green']);
  });

  it.each<[what: string, change: (files: Files) => Files, error: object]>([
    [
      'no questions',
      () => ({ 'images/val/a.png': 'x' }),
      { code: 'DATASET_LABELS_MISSING', expected: 'questions/CLEVR_val_questions.json' },
    ],
    [
      'a file without questions',
      (files) => ({ ...files, 'questions/CLEVR_val_questions.json': json({ info: {} }) }),
      { code: 'DATASET_LABELS_INVALID', expected: 'a list of questions' },
    ],
    [
      'an entry without a picture',
      (files) => ({ ...files, 'questions/CLEVR_val_questions.json': json({ questions: [{ question: 'Is it?' }] }) }),
      { message: expect.stringMatching(/is not valid at question 1\.$/), expected: 'image_filename, question' },
    ],
    [
      'answers that are kept back',
      (files) => ({
        ...files,
        'questions/CLEVR_val_questions.json': json({
          questions: [{ question: 'Is it?', image_filename: 'CLEVR_val_000000.png' }],
        }),
      }),
      { code: 'DATASET_EMPTY', expected: 'questions with answers, of images that are there' },
    ],
    [
      'scenes that are none',
      (files) => ({ ...files, 'scenes/CLEVR_val_scenes.json': json({ scenes: [{ objects: [] }] }) }),
      {
        message: expect.stringMatching(/scenes\.json" is not valid at scene 1\.$/),
        expected: 'image_filename, objects',
      },
    ],
  ])('tells of %s', async (_, change, error) => {
    expect(await diagnosis(openDataset(`clevr:${folderWith(change(await clevr()))}`))).toMatchObject(error);
  });
});
