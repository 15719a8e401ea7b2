import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { openDataset } from '../src/index.ts';
import { openParquet } from '../src/readers/parquet.ts';
import type { ParquetFixture } from './fixtures.ts';
import { all, collect, diagnosis, folderWith, idsOf, writeParquet } from './fixtures.ts';

/** Bytes that tell rows apart; what they hold is no concern of the reader. */
const row = (number: number, length = 20) => Uint8Array.from({ length }, (_, place) => (number * 31 + place * 7) % 256);
const rows = (count: number, length?: number) => Array.from({ length: count }, (_, number) => row(number, length));

function parquet(fixture: ParquetFixture, name = 'test.parquet'): string {
  const folder = folderWith();
  writeParquet(join(folder, name), fixture);
  return folder;
}

describe('parquet', () => {
  it.each<[what: string, fixture: Partial<ParquetFixture>]>([
    ['img.bytes', {}],
    ['image.bytes', { image: 'image' }],
    ['any group of bytes', { image: 'photo' }],
    ['image as plain bytes', { image: 'image', plain: true }],
    ['several row groups', { rowGroupSize: 4 }],
    ['an offset index', { offsetIndex: true, pageSize: 64, rowGroupSize: 7 }],
  ])('reads %s', async (_, fixture) => {
    const folder = parquet({ images: rows(10), labels: [0, 1, 2, 0, 1, 2, 0, 1, 2, 0], ...fixture });
    const dataset = await openDataset(`parquet:${folder}`);
    const items = await all(dataset);
    expect(dataset.size).toBe(10);
    expect(items.map(({ label }) => label)).toEqual(['0', '1', '2', '0', '1', '2', '0', '1', '2', '0']);
    expect(await Promise.all(items.map((item) => item.read()))).toEqual(rows(10));
    const later = await openDataset(`parquet:${folder}`, { offset: 6 });
    expect(await idsOf(later)).toEqual(['test/00006', 'test/00007', 'test/00008', 'test/00009']);
  });

  it('reads a big row group in parts where its pages can be found', async () => {
    const sizes = fc.record({
      rows: fc.integer({ min: 1, max: 40 }),
      rowGroupSize: fc.integer({ min: 1, max: 40 }),
      pageSize: fc.integer({ min: 32, max: 400 }),
      bytesPerBlock: fc.integer({ min: 1, max: 900 }),
      start: fc.nat(40),
    });
    await fc.assert(
      fc.asyncProperty(sizes, async ({ rows: count, rowGroupSize, pageSize, bytesPerBlock, start }) => {
        const images = rows(count);
        const folder = parquet({
          images,
          labels: images.map((_, place) => place),
          offsetIndex: true,
          rowGroupSize,
          pageSize,
        });
        const reader = await openParquet(folder, { split: undefined, bytesPerBlock });
        const items = await collect(reader.items(start));
        expect(items.map(({ label }) => label)).toEqual(images.map((_, place) => `${place}`).slice(start));
        expect(await Promise.all(items.map((item) => item.read()))).toEqual(images.slice(start));
      }),
      { seed: 1, numRuns: 30 },
    );
  });

  it('names labels by the metadata that Hugging Face writes', async () => {
    const dataset = await openDataset(parquet({ images: rows(3), labels: [1, 0, -1], classes: ['cat', 'dog'] }));
    expect(dataset.classes).toEqual(['cat', 'dog']);
    expect((await all(dataset)).map(({ label }) => label)).toEqual(['dog', 'cat', undefined]);
  });

  it('takes labels that are text as they are, and none where there is no column', async () => {
    const named = await openDataset(parquet({ images: rows(2), labels: ['tabby', 'pug'] }));
    expect((await all(named)).map(({ label }) => label)).toEqual(['tabby', 'pug']);
    const bare = await all(await openDataset(parquet({ images: rows(1) })));
    expect('label' in bare[0]!).toBe(false);
  });

  it('numbers rows over the files of a split, whatever folder they lie in', async () => {
    const folder = folderWith();
    writeParquet(join(folder, 'data/train-00001-of-00002-0a1b.parquet'), { images: [row(2)], labels: [0] });
    writeParquet(join(folder, 'data/train-00000-of-00002-0a1b.parquet'), { images: [row(0), row(1)], labels: [0, 0] });
    writeParquet(join(folder, 'data/validation-00000-of-00001.parquet'), { images: [row(9)], labels: [0] });
    const items = await all(await openDataset(folder, { split: 'train' }));
    expect(items.map(({ id }) => id)).toEqual(['train/00000', 'train/00001', 'train/00002']);
    expect(await Promise.all(items.map((item) => item.read()))).toEqual(rows(3));
    expect(await idsOf(await openDataset(folder, { split: 'val' }))).toEqual(['validation/00000']);
    expect(await idsOf(await openDataset(folder))).toEqual(['validation/00000']);
  });

  it('reads the layout of converted data sets', async () => {
    const folder = folderWith();
    for (const shard of [0, 1])
      writeParquet(join(folder, `default/test/000${shard}.parquet`), { images: [row(shard)] });
    expect(await idsOf(await openDataset(folder))).toEqual(['test/00000', 'test/00001']);
  });

  it('reads one file, and keeps the ids of a shard apart from those of the whole', async () => {
    const folder = folderWith();
    const whole = join(folder, 'test-00000-of-00001.parquet');
    const shard = join(folder, 'train-00001-of-00002.parquet');
    writeParquet(whole, { images: [row(0)] });
    writeParquet(shard, { images: [row(0)] });
    expect(await idsOf(await openDataset(whole))).toEqual(['test/00000']);
    expect(await idsOf(await openDataset(`parquet:${shard}`, { split: 'train' }))).toEqual([
      'train-00001-of-00002/00000',
    ]);
    expect(await diagnosis(openDataset(whole, { split: 'train' }))).toMatchObject({ code: 'DATASET_SPLIT_MISSING' });
  });

  it('hands out bytes that are no part of its own memory', async () => {
    const [item] = await all(await openDataset(parquet({ images: [row(1), row(2)] })));
    const bytes = await item!.read();
    expect(bytes.buffer.byteLength).toBe(bytes.length);
    bytes.fill(0);
    expect(await item!.read()).toEqual(row(1));
  });
});

describe('bad Parquet', () => {
  it('lists a row without bytes, and the others can be read', async () => {
    const items = await all(await openDataset(parquet({ images: [row(0), null, new Uint8Array(), row(3)] })));
    const outcomes = await Promise.allSettled(items.map((item) => item.read()));
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled']);
    expect(await diagnosis(items[1]!.read())).toMatchObject({
      code: 'DATASET_IMAGE_NOT_READABLE',
      message: 'The image test/00001 cannot be read.',
    });
  });

  it('blames each image of a damaged row group, and no other', async () => {
    const folder = parquet({ images: rows(4, 4000), rowGroupSize: 2, labels: [0, 1, 0, 1] });
    const file = join(folder, 'test.parquet');
    const bytes = readFileSync(file);
    // The first page's header lies behind the four letters that the file begins with.
    bytes.fill(0xff, 4, 60);
    writeFileSync(file, bytes);
    const items = await all(await openDataset(folder));
    expect(items.map(({ label }) => label)).toEqual(['0', '1', '0', '1']);
    for (const item of items.slice(0, 2)) {
      expect(await diagnosis(item.read())).toMatchObject({ code: 'DATASET_IMAGE_NOT_READABLE' });
    }
    expect(await items[2]!.read()).toEqual(row(2, 4000));
  });

  it.each<[what: string, code: string, found: string, split: string | undefined, make: (folder: string) => void]>([
    [
      'a file that is no Parquet',
      'DATASET_NOT_READABLE',
      'parquet',
      undefined,
      (folder) => writeFileSync(join(folder, 'test.parquet'), 'not parquet at all'),
    ],
    [
      'no column of images',
      'DATASET_COLUMN_MISSING',
      'columns: text',
      undefined,
      (folder) => writeParquet(join(folder, 'test.parquet'), { images: rows(1), image: 'text', plain: true }),
    ],
    [
      'no rows',
      'DATASET_EMPTY',
      'no items',
      undefined,
      (folder) => writeParquet(join(folder, 'test.parquet'), { images: [] }),
    ],
    [
      'a split that is not there',
      'DATASET_SPLIT_MISSING',
      'splits: test',
      'train',
      (folder) => writeParquet(join(folder, 'test.parquet'), { images: rows(1) }),
    ],
    [
      'a missing file of a split',
      'DATASET_FILES_MISSING',
      'no test-00001-of-00003.parquet, test-00002-of-00003.parquet',
      undefined,
      (folder) => writeParquet(join(folder, 'test-00000-of-00003.parquet'), { images: rows(1) }),
    ],
    [
      'two configurations',
      'DATASET_AMBIGUOUS',
      'a, b',
      undefined,
      (folder) => {
        for (const name of ['a', 'b']) writeParquet(join(folder, name, 'test.parquet'), { images: rows(1) });
      },
    ],
  ])('is refused: %s', async (_, code, found, split, make) => {
    const folder = folderWith();
    make(folder);
    const error = await diagnosis(openDataset(`parquet:${folder}`, split === undefined ? {} : { split }));
    expect(error.code).toBe(code);
    expect(error.found).toContain(found);
  });

  it('is refused where a label has no name', async () => {
    const dataset = await openDataset(parquet({ images: rows(2), labels: [0, 2], classes: ['cat', 'dog'] }));
    expect(await diagnosis(all(dataset))).toMatchObject({ code: 'DATASET_LABELS_INVALID', found: 'class 2 in row 1' });
  });
});
