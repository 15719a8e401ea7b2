import { describe, expect, it } from '@jest/globals';
import { decodeImage, encodePng } from '@understory/imaging/sharp';
import { rgbImage } from '@understory/imaging';
import { openDataset } from '../src/index.ts';
import { all, diagnosis, folderWith, png } from './fixtures.ts';

type Files = Record<string, string | Uint8Array>;

const json = JSON.stringify;
const lines = (...entries: readonly unknown[]) => entries.map((entry) => json(entry)).join('\n');

/** What'sUp as its repository has it: paths as seen from the repository. */
async function whatsup(): Promise<Files> {
  const files: Files = {};
  const entries: unknown[] = [];
  const relations = { left_of: 'to the left of', right_of: 'to the right of', on: 'on', under: 'under' };
  for (const thing of ['mug', 'beer bottle']) {
    for (const [name, relation] of Object.entries(relations)) {
      const image = `${thing.replace(' ', '-')}_${name}_armchair.jpeg`;
      const captions = Object.values(relations).map((each) => `A ${thing} ${each} a armchair`);
      const right = `A ${thing} ${relation} a armchair`;
      entries.push({
        image_path: `data/controlled_images/${image}`,
        caption_options: [right, ...captions.filter((caption) => caption !== right)],
      });
      files[`data/controlled_images/${image}`] = await png(entries.length);
    }
  }
  return {
    ...files,
    'data/controlled_images_dataset.json': json(entries),
    'data/coco_qa_one_obj.json': json([
      [397133, 'A photo of a person on the left', 'A photo of a person on the right'],
      [397133, 'A photo of a sink on the top', 'A photo of a sink on the bottom'],
    ]),
    'data/val2017/000000397133.jpg': await png(100),
  };
}

describe('whatsup', () => {
  it('asks the true caption against the opposite relation, with the picture of which that is true', async () => {
    const dataset = await openDataset(`whatsup:${folderWith(await whatsup())}`);
    expect([dataset.name, dataset.size, dataset.classes]).toEqual(['whatsup', 9, undefined]);
    const items = await all(dataset);
    const [left, , on] = items;
    expect(left).toMatchObject({ id: 'data/controlled_images/mug_left_of_armchair.jpeg' });
    expect(left?.captionTests).toEqual([
      {
        kind: 'object',
        captions: ['A mug to the left of a armchair'],
        against: ['A beer bottle to the left of a armchair'],
      },
      {
        ...{ kind: 'left-right', part: 'Controlled_Images_A', onMirror: 'against' },
        captions: ['A mug to the left of a armchair'],
        against: ['A mug to the right of a armchair'],
        further: [['A mug on a armchair'], ['A mug under a armchair']],
      },
    ]);
    expect(left).not.toHaveProperty('otherPictures');
    expect(on?.captionTests?.[1]).toMatchObject({
      ...{ kind: 'above-below', captions: ['A mug on a armchair'], against: ['A mug under a armchair'] },
      counterpart: 'data/controlled_images/mug_under_armchair.jpeg',
      onMirror: 'captions',
    });
    // The fourth picture of the list.
    const under = await on?.otherPictures?.['data/controlled_images/mug_under_armchair.jpeg']?.();
    expect((await decodeImage(under!, 'under')).data[0]).toBe(4);
  });

  it('reads lists of COCO by the number of the image, with all that is asked of an image in one item', async () => {
    const dataset = await openDataset(`whatsup:${folderWith(await whatsup())}`, { split: 'COCO_QA_one_obj' });
    expect([dataset.name, dataset.size]).toEqual(['whatsup/COCO_QA_one_obj', 1]);
    const [item] = await all(dataset);
    expect(item?.id).toBe('data/val2017/000000397133.jpg');
    expect(item?.captionTests?.map(({ kind, onMirror }) => [kind, onMirror])).toEqual([
      ['left-right', 'against'],
      ['above-below', 'captions'],
    ]);
    expect((await decodeImage(await item!.read(), 'x')).data[0]).toBe(100);
  });

  it.each<[what: string, change: (files: Files) => Files, split: string | undefined, error: object]>([
    ['no lists', () => ({ 'readme.txt': '' }), undefined, { code: 'DATASET_LABELS_MISSING', found: 'readme.txt' }],
    [
      'another part',
      (files) => files,
      'VG_QA_one_obj',
      { code: 'DATASET_SPLIT_MISSING', found: 'splits: Controlled_Images_A, COCO_QA_one_obj' },
    ],
    [
      'no images of a part',
      (files) => ({ 'data/coco_qa_one_obj.json': files['data/coco_qa_one_obj.json']!, 'data/val2017.zip': 'x' }),
      undefined,
      { code: 'DATASET_IMAGES_MISSING', next: 'Unpack data/val2017.zip there.' },
    ],
    [
      'an unfinished list',
      (files) => ({ ...files, 'data/coco_qa_one_obj.json': '[\n[1, "a", "b"],\n[2, ' }),
      undefined,
      {
        code: 'DATASET_LABELS_INVALID',
        message: expect.stringMatching(/coco_qa_one_obj\.json" is not valid at line 3/),
      },
    ],
    [
      'other fields',
      (files) => ({
        ...files,
        'data/controlled_images_dataset.json': json([{ image: 'a.jpeg', captions: ['a', 'b'] }]),
      }),
      undefined,
      {
        message: expect.stringMatching(/is not valid at entry 1\.$/),
        found: 'the fields image, captions',
        expected: 'image_path, caption_options',
      },
    ],
    [
      'one option',
      (files) => ({
        ...files,
        'data/coco_qa_one_obj.json': json([
          [1, 'a', 'b'],
          [2, 'a'],
        ]),
      }),
      undefined,
      { message: expect.stringMatching(/entry 2/), expected: 'two captions or more, the true one first' },
    ],
    [
      'captions without a difference',
      (files) => ({ ...files, 'data/coco_qa_one_obj.json': json([[1, 'a cat', 'a cat']]) }),
      undefined,
      { code: 'DATASET_LABELS_INVALID', found: 'captions "a cat" twice' },
    ],
    [
      'an image outside',
      (files) => ({
        ...files,
        'data/controlled_images_dataset.json': json([{ image_path: '../a.jpeg', caption_options: ['a', 'b'] }]),
      }),
      undefined,
      { expected: 'a path within the data set' },
    ],
  ])('tells of %s', async (_, change, split, error) => {
    const folder = folderWith(change(await whatsup()));
    expect(await diagnosis(openDataset(`whatsup:${folder}`, split === undefined ? {} : { split }))).toMatchObject(
      error,
    );
  });
});

/** A picture whose every pixel says where it is. */
function placed(width: number, height: number): Promise<Uint8Array> {
  const data = new Uint8Array(3 * width * height);
  for (let at = 0; at < width * height; at += 1) data.set([at % width, Math.floor(at / width), 0], 3 * at);
  return encodePng(rgbImage(data, width, height));
}

const relation = {
  ...{ image_id: '2', image_path: '2.jpg', bbox_x: 3, bbox_y: 1, bbox_w: 4, bbox_h: 2 },
  ...{
    true_caption: 'the horse is to the left of the person',
    false_caption: 'the person is to the left of the horse',
  },
  relation_name: 'to the left of',
};

describe('aro', () => {
  const files = async (): Promise<Files> => ({
    'visual_genome_relation.json': json([
      relation,
      {
        ...relation,
        true_caption: 'the man is riding the horse',
        false_caption: 'the horse is riding the man',
        relation_name: 'riding',
      },
    ]),
    'visual_genome_attribution.json': json([
      {
        ...{ image_path: '2.jpg', bbox_x: 0, bbox_y: 0, bbox_w: 50, bbox_h: 50, attributes: ['paved', 'white'] },
        ...{ true_caption: 'the paved road and the white house', false_caption: 'the white road and the paved house' },
      },
    ]),
    'images/2.jpg': await placed(10, 6),
  });

  it('asks captions of what the entry cuts out of the image', async () => {
    const dataset = await openDataset(`aro:${folderWith(await files())}`);
    const [first, second, ...others] = await all(dataset);
    expect([dataset.name, others]).toEqual(['aro', []]);
    expect(first?.id).toBe('images/2.jpg#3,1,4,2');
    expect(first?.captionTests).toEqual([
      {
        ...{ kind: 'left-right', part: 'VG-Relation', onMirror: 'against' },
        ...{ captions: [relation.true_caption], against: [relation.false_caption] },
      },
      {
        ...{ kind: 'relation', part: 'VG-Relation', onMirror: 'captions' },
        ...{ captions: ['the man is riding the horse'], against: ['the horse is riding the man'] },
      },
    ]);
    const { width, height, data } = await decodeImage(await first!.read(), 'x');
    expect([width, height, ...data.slice(0, 2), ...data.slice(-3, -1)]).toEqual([4, 2, 3, 1, 6, 2]);
    expect(second?.captionTests?.[0]).toMatchObject({ kind: 'binding', part: 'VG-Attribution' });
    // What lies outside of the image is left out.
    expect(await decodeImage(await second!.read(), 'x')).toMatchObject({ width: 10, height: 6 });
  });

  it('reads one of its parts', async () => {
    const dataset = await openDataset(`aro:${folderWith(await files())}`, { split: 'VG-Attribution' });
    expect([dataset.name, dataset.size]).toEqual(['aro/VG-Attribution', 1]);
  });

  it.each<[what: string, change: Files, error: object]>([
    [
      'a box without area',
      { 'visual_genome_relation.json': json([{ ...relation, bbox_w: 0 }]) },
      { found: 'a box of 0 x 2' },
    ],
    [
      'a box that is no number',
      { 'visual_genome_relation.json': json([{ ...relation, bbox_w: '4' }]) },
      { found: '"bbox_w": "4"', expected: 'a number' },
    ],
    ['an object for a list', { 'visual_genome_relation.json': '{}' }, { found: 'an object' }],
    ['an empty list', { 'visual_genome_relation.json': '[]' }, { code: 'DATASET_EMPTY' }],
  ])('tells of %s', async (_, change, error) => {
    const folder = folderWith({ ...(await files()), ...change });
    expect(await diagnosis(openDataset(`aro:${folder}`))).toMatchObject(error);
  });

  it('has a picture that cannot be read as an item', async () => {
    const folder = folderWith({ ...(await files()), 'images/2.jpg': 'no picture' });
    const [item] = await all(await openDataset(`aro:${folder}`));
    await expect(item!.read()).rejects.toThrow();
  });
});

describe('sugarcrepe', () => {
  const entry = { filename: '000000000139.jpg', caption: 'A woman in a room.', negative_caption: 'A man in a room.' };
  const files = async (): Promise<Files> => ({
    'data/replace_obj.json': json({ 0: entry, 7: { ...entry, filename: '000000000285.jpg' } }),
    'data/swap_att.json': json({
      0: { ...entry, caption: 'A red cat on a left bench.', negative_caption: 'A left cat on a red bench.' },
    }),
    'data/coco/images/val2017/000000000139.jpg': await png(9),
  });

  it('gathers what its parts ask of an image, and knows which part is the control', async () => {
    const dataset = await openDataset(`sugarcrepe:${folderWith(await files())}`);
    const items = await all(dataset);
    expect(
      items.map(({ id, captionTests }) => [
        id,
        captionTests?.map(({ kind, part, onMirror }) => [kind, part, onMirror]),
      ]),
    ).toEqual([
      [
        'data/coco/images/val2017/000000000139.jpg',
        [
          ['object', 'replace_obj', 'captions'],
          // Speaks of left without being about it.
          ['binding', 'swap_att', undefined],
        ],
      ],
      ['data/coco/images/val2017/000000000285.jpg', [['object', 'replace_obj', 'captions']]],
    ]);
    expect(await diagnosis(items[1]!.read())).toMatchObject({
      code: 'DATASET_IMAGE_NOT_READABLE',
      found: 'no such file',
    });
  });

  it('tells of captions without images, and of an entry by its number', async () => {
    const { 'data/coco/images/val2017/000000000139.jpg': image, ...captions } = await files();
    expect(await diagnosis(openDataset(`sugarcrepe:${folderWith(captions)}`))).toMatchObject({
      code: 'DATASET_IMAGES_MISSING',
      found: 'data/, data/replace_obj.json, data/swap_att.json',
    });
    const folder = folderWith({
      'swap_obj.json': json({ 12: { filename: 'a.jpg', caption: ' ', negative_caption: 'b' } }),
      'val2017/a.jpg': image!,
    });
    expect(await diagnosis(openDataset(`sugarcrepe:${folder}`))).toMatchObject({
      message: expect.stringMatching(/swap_obj\.json" is not valid at entry "12"\.$/),
      found: '"caption": " "',
    });
  });
});

describe('winoground', () => {
  const example = {
    ...{
      id: 0,
      image_0: 'ex_0_img_0',
      image_1: 'ex_0_img_1',
      tag: 'Adjective-Age',
      secondary_tag: '',
      num_main_preds: 1,
    },
    ...{ caption_0: 'an old person kisses a young person', caption_1: 'a young person kisses an old person' },
    collapsed_tag: 'Relation',
  };

  it('is a pair of pictures and a pair of captions in each item', async () => {
    const folder = folderWith({
      'data/examples.jsonl': lines(example),
      'data/images/ex_0_img_0.png': await png(1),
      'data/images/ex_0_img_1.png': await png(2),
    });
    const dataset = await openDataset(`winoground:${folder}`);
    const [item] = await all(dataset);
    expect([dataset.name, item?.id]).toEqual(['winoground', 'data/images/ex_0_img_0.png']);
    expect(item?.captionTests).toEqual([
      {
        ...{ kind: 'word-order', part: 'Relation', counterpart: 'data/images/ex_0_img_1.png' },
        ...{ captions: [example.caption_0], against: [example.caption_1] },
      },
    ]);
    const other = await item!.otherPictures!['data/images/ex_0_img_1.png']!();
    expect((await decodeImage(other, 'x')).data[0]).toBe(2);
  });

  it('tells of images that are still packed, and of a line that is none', async () => {
    const packed = folderWith({ 'data/examples.jsonl': lines(example), 'data/images.zip': 'x' });
    expect(await diagnosis(openDataset(`winoground:${packed}`))).toMatchObject({
      code: 'DATASET_IMAGES_MISSING',
      next: 'Unpack data/images.zip there.',
    });
    const folder = folderWith({
      'examples.jsonl': `${lines(example)}\n\n{"id": 1,`,
      'images/ex_0_img_0.png': await png(),
    });
    expect(await diagnosis(openDataset(`winoground:${folder}`))).toMatchObject({
      code: 'DATASET_LABELS_INVALID',
      message: expect.stringMatching(/examples\.jsonl" is not valid at line 3\.$/),
    });
  });
});

describe('vsr', () => {
  const statement = (caption: string, label: number, name: string, image = '000000050403.jpg') => ({
    ...{ image, image_link: `http://images.cocodataset.org/train2017/${image}`, caption, label, relation: name },
    ...{ annotator_id: 31, vote_true_validator_id: [2, 6], vote_false_validator_id: [] },
  });

  it('asks statements against the opposite relation where they have one, and whether each is true', async () => {
    const folder = folderWith({
      'data/splits/random/test.jsonl': lines(
        statement('The teddy bear is in front of the person.', 1, 'in front of'),
        statement('The cat is at the right side of the dog.', 0, 'at the right side of'),
        statement('The cat is part of the dog.', 1, 'part of'),
      ),
      'data/splits/zeroshot/test.jsonl': lines(statement('The cup is above the cat.', 1, 'above')),
      'data/images/000000050403.jpg': await png(),
    });
    const dataset = await openDataset(`vsr:${folder}`);
    const [item, ...others] = await all(dataset);
    expect([dataset.name, others, item?.id]).toEqual(['vsr/random/test', [], 'data/images/000000050403.jpg']);
    expect(item?.captionTests).toEqual([
      {
        ...{ kind: 'front-behind', part: 'true statements', onMirror: 'captions' },
        captions: ['The teddy bear is in front of the person.'],
        against: ['The teddy bear is behind the person.'],
      },
      {
        ...{ kind: 'left-right', part: 'false statements', onMirror: 'against' },
        captions: ['The cat is at the left side of the dog.'],
        against: ['The cat is at the right side of the dog.'],
      },
    ]);
    const isTrue = { answerType: 'yesno', isSpatial: true };
    expect(item?.questions).toEqual([
      {
        ...{ ...isTrue, kind: 'front-behind', answer: 'yes', onMirror: 'yes' },
        phrasings: ['The teddy bear is in front of the person.', 'Is the teddy bear in front of the person?'],
      },
      {
        ...{ ...isTrue, kind: 'left-right', answer: 'no' },
        phrasings: ['The cat is at the right side of the dog.', 'Is the cat at the right side of the dog?'],
      },
      {
        ...{ ...isTrue, kind: 'relation', answer: 'yes', onMirror: 'yes' },
        phrasings: ['The cat is part of the dog.', 'Is the cat part of the dog?'],
      },
    ]);
    const zeroshot = await openDataset(`vsr:${folder}`, { split: 'zeroshot/test' });
    expect((await all(zeroshot))[0]?.captionTests?.[0]?.against).toEqual(['The cup is below the cat.']);
    expect(await diagnosis(openDataset(`vsr:${folder}`, { split: 'dev' }))).toMatchObject({
      code: 'DATASET_SPLIT_MISSING',
      found: 'splits: random/test, zeroshot/test',
    });
  });

  it('reads the layout of Hugging Face, and tells of a label that is none', async () => {
    const folder = folderWith({
      'test.jsonl': lines(statement('The cup is under the cat.', 2, 'under')),
      'images/000000050403.jpg': await png(),
    });
    expect(await diagnosis(openDataset(`vsr:${folder}`))).toMatchObject({
      message: expect.stringMatching(/test\.jsonl" is not valid at line 1\.$/),
      found: 'the label 2',
    });
  });

  it('has no captions of a statement that has no opposite', async () => {
    const folder = folderWith({
      'test.jsonl': lines(statement('The cat is part of the dog.', 1, 'part of')),
      'images/000000050403.jpg': await png(),
    });
    const [item] = await all(await openDataset(`vsr:${folder}`));
    expect(item).not.toHaveProperty('captionTests');
    expect(item?.questions).toHaveLength(1);
  });
});
