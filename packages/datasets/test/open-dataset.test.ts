import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { openDataset } from '../src/index.ts';
import { diagnosis, folderWith, idsOf, png, writeParquet } from './fixtures.ts';

describe('openDataset on a plain path', () => {
  it('recognises each format by its files', async () => {
    const picture = await png();
    const parquet = folderWith({ 'README.md': 'x' });
    writeParquet(join(parquet, 'data/test-00000-of-00001.parquet'), { images: [picture] });
    const record = new Uint8Array(3073);
    const layouts: Record<string, string> = {
      'test/00000': parquet,
      'images/pug_1.jpg': folderWith({ 'images/pug_1.jpg': picture, 'annotations/test.txt': 'pug_1 26 2 19\n' }),
      'images/1.png': folderWith({ 'images/1.png': picture, 'labels.csv': 'file,label\n1.png,a\n' }),
      'a/1.png': folderWith({ 'a/1.png': picture }),
    };
    for (const [id, folder] of Object.entries(layouts)) expect(await idsOf(await openDataset(folder))).toEqual([id]);
    const cifar = folderWith({ 'test_batch.bin': record, 'batches.meta.txt': 'a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n' });
    expect(await openDataset(cifar)).toMatchObject({ name: 'cifar10/test', size: 1 });
  });

  it.each<[what: string, files: Record<string, string>, found: string]>([
    ['nothing it knows', { 'notes.txt': 'x', 'deep/er.md': 'x' }, 'deep/, notes.txt'],
    ['nothing at all', {}, 'an empty folder'],
  ])('says what it looked for where there is %s', async (_, files, found) => {
    const error = await diagnosis(openDataset(folderWith(files)));
    expect(error).toMatchObject({ code: 'DATASET_FORMAT_UNKNOWN', found });
    for (const format of ['labels.csv', '*.parquet', 'test_batch.bin', 'annotations/']) {
      expect(error.expected).toContain(format);
    }
  });

  it('refuses a file that is none', async () => {
    const folder = folderWith({ 'a.png': await png() });
    expect(await diagnosis(openDataset(join(folder, 'a.png')))).toMatchObject({ code: 'DATASET_FORMAT_UNKNOWN' });
  });

  it('takes a spec that is already parsed, and every option at once', async () => {
    const files = await Promise.all(
      Array.from({ length: 9 }, async (_, place) => [`a/${place}.png`, await png()] as const),
    );
    const folder = folderWith(Object.fromEntries(files));
    const dataset = await openDataset(
      { format: 'folder', path: folder },
      {
        ids: ['a/1.png', 'a/3.png', 'a/5.png', 'a/7.png'],
        offset: 1,
        limit: 2,
        shard: { index: 1, count: 2 },
        strict: true,
      },
    );
    expect(await idsOf(dataset)).toEqual(['a/5.png']);
    expect(dataset.size).toBe(1);
  });
});
