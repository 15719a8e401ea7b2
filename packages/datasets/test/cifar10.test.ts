import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { seededRandom } from '@understory/core';
import { decodeImage } from '@understory/imaging/sharp';
import { openDataset } from '../src/index.ts';
import { all, diagnosis, folderWith, idsOf, itWith, png, shared, writeParquet } from './fixtures.ts';

const classes = ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'];
const meta = { 'batches.meta.txt': `${classes.join('\n')}\n\n` };

interface Record10 {
  readonly label: number;
  readonly planes: Uint8Array;
}

function records(count: number, seed: string): readonly Record10[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => ({
    label: random.integer(10),
    planes: Uint8Array.from({ length: 3072 }, () => random.integer(256)),
  }));
}

function batch(of: readonly Record10[]): Uint8Array {
  const bytes = new Uint8Array(of.length * 3073);
  for (const [place, { label, planes }] of of.entries()) {
    bytes[place * 3073] = label;
    bytes.set(planes, place * 3073 + 1);
  }
  return bytes;
}

/** The pixel at row y, column x and channel c of the planes, as the format's description has it: 1024 red, 1024 green, 1024 blue, row-major. */
function expectPixels(data: Uint8Array, { planes }: Record10): void {
  for (let y = 0; y < 32; y += 1) {
    for (let x = 0; x < 32; x += 1) {
      const pixel = [0, 1, 2].map((channel) => planes[channel * 1024 + y * 32 + x]);
      expect([...data.subarray((y * 32 + x) * 3, (y * 32 + x) * 3 + 3)]).toEqual(pixel);
    }
  }
}

describe('cifar10 in binary batches', () => {
  const test = records(5, 'test');

  it('gives labels by name and the very pixels, as PNG', async () => {
    const folder = folderWith({ ...meta, 'test_batch.bin': batch(test) });
    const dataset = await openDataset(`cifar10:${folder}`);
    expect(dataset).toMatchObject({ name: 'cifar10/test', classes, size: 5 });
    const items = await all(dataset);
    expect(items.map(({ id }) => id)).toEqual(['test/00000', 'test/00001', 'test/00002', 'test/00003', 'test/00004']);
    expect(items.map(({ label }) => label)).toEqual(test.map(({ label }) => classes[label]));
    const image = await decodeImage(await items[3]!.read());
    expect([image.width, image.height]).toEqual([32, 32]);
    expectPixels(image.data, test[3]!);
  });

  it('numbers the training batches on, across their ends', async () => {
    const train = records(700, 'train');
    const folder = folderWith({
      ...Object.fromEntries(Object.entries(meta).map(([name, text]) => [`cifar-10-batches-bin/${name}`, text])),
      'cifar-10-batches-bin/data_batch_1.bin': batch(train.slice(0, 300)),
      'cifar-10-batches-bin/data_batch_2.bin': batch(train.slice(300, 301)),
      'cifar-10-batches-bin/data_batch_3.bin': batch(train.slice(301)),
    });
    const items = await all(await openDataset(folder, { split: 'train' }));
    expect(items.map(({ label }) => label)).toEqual(train.map(({ label }) => classes[label]));
    for (const row of [299, 300, 301, 699]) {
      const item = items[row]!;
      expect(item.id).toBe(`train/00${row}`);
      expectPixels((await decodeImage(await item.read())).data, train[row]!);
    }
    expect(await idsOf(await openDataset(folder, { split: 'train', offset: 511, limit: 2 }))).toEqual([
      'train/00511',
      'train/00512',
    ]);
  });

  it.each<
    [what: string, files: Record<string, string | Uint8Array>, split: string | undefined, code: string, found: string]
  >([
    [
      'no test batch',
      { ...meta, 'data_batch_1.bin': batch(test) },
      undefined,
      'DATASET_SPLIT_MISSING',
      'splits: train',
    ],
    ['no training batch', { ...meta, 'test_batch.bin': batch(test) }, 'train', 'DATASET_SPLIT_MISSING', 'splits: test'],
    ['no class names', { 'test_batch.bin': batch(test) }, undefined, 'DATASET_LABELS_MISSING', 'test_batch.bin'],
    [
      'too few class names',
      { 'test_batch.bin': batch(test), 'batches.meta.txt': 'a\nb\n' },
      undefined,
      'DATASET_LABELS_INVALID',
      '2 names',
    ],
    [
      'a cut batch',
      { ...meta, 'test_batch.bin': batch(test).subarray(0, 9000) },
      undefined,
      'DATASET_NOT_READABLE',
      '9000 bytes, which are no whole number of records of 3073',
    ],
    ['an empty batch', { ...meta, 'test_batch.bin': '' }, undefined, 'DATASET_NOT_READABLE', '0 bytes'],
    [
      'a gap',
      { ...meta, 'data_batch_1.bin': batch(test), 'data_batch_3.bin': batch(test) },
      'train',
      'DATASET_FILES_MISSING',
      'no data_batch_2.bin',
    ],
    [
      'the Python version',
      { data_batch_1: 'x', test_batch: 'x' },
      undefined,
      'DATASET_FORMAT_UNKNOWN',
      'Python version',
    ],
    ['nothing', { 'readme.md': 'x' }, undefined, 'DATASET_EMPTY', 'no items'],
  ])('is refused with %s', async (_, files, split, code, found) => {
    const error = await diagnosis(openDataset(`cifar10:${folderWith(files)}`, split === undefined ? {} : { split }));
    expect(error.code).toBe(code);
    expect(error.found).toContain(found);
  });

  it('is refused where a label is none of the ten', async () => {
    const bad = [...test.slice(0, 2), { ...test[2]!, label: 77 }];
    const error = await diagnosis(all(await openDataset(folderWith({ ...meta, 'test_batch.bin': batch(bad) }))));
    expect(error).toMatchObject({ code: 'DATASET_LABELS_INVALID', found: 'class 77 in record 2' });
  });
});

describe('cifar10 in Parquet', () => {
  it('takes the test split unless another is asked for', async () => {
    const folder = folderWith();
    writeParquet(join(folder, 'plain_text/test-00000-of-00001.parquet'), {
      images: [await png()],
      labels: [3],
      classes,
    });
    writeParquet(join(folder, 'plain_text/train-00000-of-00001.parquet'), {
      images: [await png(), await png()],
      labels: [0, 9],
      classes,
    });
    const test = await openDataset(`cifar10:${folder}`);
    expect([test.name, await idsOf(test)]).toEqual(['cifar10/test', ['test/00000']]);
    const train = await openDataset(`cifar10:${folder}`, { split: 'train' });
    expect((await all(train)).map(({ label }) => label)).toEqual(['airplane', 'truck']);
  });

  it('does not take the training split for want of another', async () => {
    const folder = folderWith();
    writeParquet(join(folder, 'train.parquet'), { images: [await png()], labels: [3], classes });
    expect(await diagnosis(openDataset(`cifar10:${folder}`))).toMatchObject({
      code: 'DATASET_SPLIT_MISSING',
      found: 'splits: train',
    });
  });

  itWith('data/cifar10')('reads the shared copy: a thousand of each class, 32 x 32', async () => {
    const dataset = await openDataset(`cifar10:${shared('data/cifar10')}`);
    expect(dataset).toMatchObject({ name: 'cifar10/test', classes, size: 10000 });
    const counts = new Map<string | undefined, number>();
    for await (const { label } of dataset.items()) counts.set(label, (counts.get(label) ?? 0) + 1);
    expect(new Map([...counts].sort())).toEqual(new Map(classes.map((name) => [name, 1000])));
    const [last] = await all(await openDataset(`cifar10:${shared('data/cifar10')}`, { ids: ['test/09999'] }));
    const image = await decodeImage(await last!.read());
    expect([last!.id, image.width, image.height]).toEqual(['test/09999', 32, 32]);
    expect((await openDataset(`cifar10:${shared('data/cifar10')}`, { split: 'train' })).size).toBe(50000);
  });
});
