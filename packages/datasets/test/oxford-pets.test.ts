import { describe, expect, it } from '@jest/globals';
import { decodeImage } from '@understory/imaging/sharp';
import { openDataset } from '../src/index.ts';
import { all, diagnosis, folderWith, idsOf, itWith, png, shared } from './fixtures.ts';

const box = (corners: string) =>
  `<annotation><filename>x.jpg</filename><object><name>cat</name><bndbox>${corners}</bndbox></object></annotation>`;

describe('oxford-pets', () => {
  it('reads the lists in their order, breeds by their number, and boxes where there are some', async () => {
    const folder = folderWith({
      'images/Abyssinian_2.jpg': await png(),
      'images/pug_1.jpg': await png(),
      'images/beagle_7.jpg': await png(),
      'annotations/test.txt': '#Image CLASS-ID SPECIES BREED ID\npug_1 26 2 19\nAbyssinian_2 1 1 1\n',
      'annotations/trainval.txt': 'beagle_7 5 2 4\n',
      'annotations/xmls/pug_1.xml': box('<xmin>11</xmin><ymin>1</ymin><xmax>30</xmax><ymax>5</ymax>'),
    });
    const dataset = await openDataset(folder);
    expect([dataset.name, dataset.size, dataset.classes?.length]).toEqual(['oxford-pets/test', 2, 37]);
    const [pug, abyssinian] = await all(dataset);
    expect(pug).toMatchObject({ id: 'images/pug_1.jpg', label: 'pug', boxes: [{ x: 10, y: 0, width: 20, height: 5 }] });
    expect(abyssinian).toMatchObject({ id: 'images/Abyssinian_2.jpg', label: 'Abyssinian' });
    expect('boxes' in abyssinian!).toBe(false);
    for (const split of ['train', 'trainval']) {
      expect(await idsOf(await openDataset(`oxford-pets:${folder}`, { split }))).toEqual(['images/beagle_7.jpg']);
    }
  });

  it('lists a picture that is not there', async () => {
    const folder = folderWith({ 'images/other.jpg': await png(), 'annotations/test.txt': 'pug_1 26 2 19\n' });
    const [item] = await all(await openDataset(folder));
    expect(await diagnosis(item!.read())).toMatchObject({
      code: 'DATASET_IMAGE_NOT_READABLE',
      message: 'The image images/pug_1.jpg cannot be read.',
      found: 'no such file',
    });
  });

  const images = { 'images/pug_1.jpg': 'x' };
  it.each<[what: string, files: Record<string, string>, split: string, code: string, found: string]>([
    ['no lists', images, 'test', 'DATASET_LABELS_MISSING', 'images/'],
    ['no images', { 'annotations/test.txt': 'pug_1 26 2 19\n' }, 'test', 'DATASET_NOT_FOUND', 'nothing there'],
    [
      'no training list',
      { ...images, 'annotations/test.txt': 'pug_1 26 2 19\n' },
      'train',
      'DATASET_SPLIT_MISSING',
      'splits: test',
    ],
    ['an empty list', { ...images, 'annotations/test.txt': '\n' }, 'test', 'DATASET_EMPTY', 'no items'],
    [
      'a class too many',
      { ...images, 'annotations/test.txt': 'pug_1 38 2 19\n' },
      'test',
      'DATASET_LABELS_INVALID',
      'pug_1 38',
    ],
    [
      'a line without a class',
      { ...images, 'annotations/test.txt': 'pug_1\n' },
      'test',
      'DATASET_LABELS_INVALID',
      '"pug_1"',
    ],
    [
      'a picture listed twice',
      { ...images, 'annotations/test.txt': 'pug_1 26 2 19\npug_1 26 2 19\n' },
      'test',
      'DATASET_LABELS_INVALID',
      'pug_1, which an earlier line lists too',
    ],
  ])('is refused with %s', async (_, files, split, code, found) => {
    const error = await diagnosis(openDataset(`oxford-pets:${folderWith(files)}`, { split }));
    expect(error.code).toBe(code);
    expect(error.found).toContain(found);
  });

  itWith('data/oxford-iiit-pet')('reads the shared copy: five pictures of each breed, named after it', async () => {
    const dataset = await openDataset(`oxford-pets:${shared('data/oxford-iiit-pet')}`);
    const items = await all(dataset);
    expect([dataset.size, items.length]).toEqual([185, 185]);
    // The number of the class and the name of the file say the breed independently.
    expect(items.map(({ label }) => label)).toEqual(items.map(({ id }) => /^images\/(.*)_\d+\.jpg$/.exec(id)![1]));
    expect(new Set(items.map(({ label }) => label))).toEqual(new Set(dataset.classes));
    expect((await decodeImage(await items[0]!.read())).width).toBeGreaterThan(100);
  });
});
