import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { decodeImage } from '@understory/imaging/sharp';
import { mapLabels, openDataset } from '../src/index.ts';
import { all, diagnosis, folderWith, idsOf, itWith, png, shared } from './fixtures.ts';

describe('class folders', () => {
  it('give each picture its folder as label and its path as id, in a fixed order', async () => {
    const folder = folderWith({
      'dog/b.jpg': await png(),
      'dog/a.PNG': await png(),
      'dog/deeper/c.webp': await png(),
      'cat/z.jpeg': await png(),
      'Bird/1.png': await png(),
      'dog/notes.txt': 'not a picture',
      'dog/.hidden.png': await png(),
      'docs/readme.md': 'no class',
      'license.txt': 'no picture',
    });
    const dataset = await openDataset(`folder:${folder}`);
    expect(dataset.classes).toEqual(['Bird', 'cat', 'dog']);
    expect(dataset.size).toBe(5);
    expect((await all(dataset)).map(({ id, label }) => [id, label])).toEqual([
      ['Bird/1.png', 'Bird'],
      ['cat/z.jpeg', 'cat'],
      ['dog/a.PNG', 'dog'],
      ['dog/b.jpg', 'dog'],
      ['dog/deeper/c.webp', 'dog'],
    ]);
    expect(await idsOf(await openDataset(folder, { offset: 3, limit: 1 }))).toEqual(['dog/b.jpg']);
  });

  it('hand out the bytes of the file', async () => {
    const folder = folderWith({ 'a/1.png': await png(9) });
    const [item] = await all(await openDataset(folder));
    expect((await decodeImage(await item!.read())).data[0]).toBe(9);
  });

  it('follow links to folders and to pictures', async () => {
    const elsewhere = folderWith({ 'x.png': await png(1) });
    const folder = folderWith({ 'a/own.png': await png(2) });
    symlinkSync(elsewhere, join(folder, 'linked'));
    symlinkSync(join(elsewhere, 'x.png'), join(folder, 'a/x.png'));
    symlinkSync(folder, join(folder, 'a/loop'));
    expect(await idsOf(await openDataset(folder))).toEqual(['a/own.png', 'a/x.png', 'linked/x.png']);
  });

  it('are split by folders in front of them', async () => {
    const files = { 'train/a/1.png': await png(), 'train/b/2.png': await png(), 'val/a/3.png': await png() };
    const folder = folderWith({ ...files, 'test/b/4.png': await png() });
    expect(await idsOf(await openDataset(folder))).toEqual(['test/b/4.png']);
    expect(await idsOf(await openDataset(folder, { split: 'train' }))).toEqual(['train/a/1.png', 'train/b/2.png']);
    expect(await idsOf(await openDataset(folder, { split: 'validation' }))).toEqual(['val/a/3.png']);
    expect(await idsOf(await openDataset(folderWith(files)))).toEqual(['val/a/3.png']);
  });

  it('have no split where no folder is one', async () => {
    const folder = folderWith({ 'a/1.png': await png() });
    const error = await diagnosis(openDataset(folder, { split: 'test' }));
    expect(error).toMatchObject({ code: 'DATASET_SPLIT_MISSING', found: 'no splits' });
  });
});

describe('a flat folder with labels.csv', () => {
  it('keeps the order of the file, and takes names or indices', async () => {
    const pictures = { 'b.png': await png(), 'a, b.png': await png() };
    const named = folderWith({
      ...pictures,
      'labels.csv': '\ufefffile,label\r\nb.png,cat\r\n"a, b.png","tabby, ""grey"""\r\n',
    });
    const dataset = await openDataset(named);
    expect(dataset.classes).toEqual(['cat', 'tabby, "grey"']);
    expect((await all(dataset)).map(({ id, label }) => [id, label])).toEqual([
      ['b.png', 'cat'],
      ['a, b.png', 'tabby, "grey"'],
    ]);
    const numbered = await openDataset(
      folderWith({ ...pictures, 'labels.csv': 'class_index,file\n7,b.png\n,"a, b.png"\n' }),
    );
    expect(numbered.classes).toBeUndefined();
    expect((await all(numbered)).map((item) => item.label)).toEqual(['7', undefined]);
    expect('label' in (await all(numbered))[1]!).toBe(false);
  });

  it('finds the pictures in images/', async () => {
    const folder = folderWith({ 'images/a.png': await png(3), 'labels.csv': 'file,label\na.png,x\n' });
    const [item] = await all(await openDataset(folder));
    expect(item!.id).toBe('images/a.png');
    expect((await item!.read()).length).toBeGreaterThan(0);
  });

  it.each<[what: string, csv: string, found: string, line: number]>([
    ['no known columns', 'name,kind\na.png,x\n', 'columns: name, kind', 1],
    ['a ragged line', 'file,label\na.png,x\nb.png\n', 'Invalid Record Length', 3],
    ['a file listed twice', 'file,label\na.png,x\n./a.png,y\n', 'the file "a.png", which line 2 lists too', 3],
    ['a file outside', 'file,label\n../a.png,x\n', 'the file "../a.png"', 2],
    ['an index that is none', 'file,class_index\na.png,cat\n', 'the class index "cat"', 2],
    ['an empty file', '', 'an empty file', 1],
  ])('is refused with %s', async (_, csv, found, line) => {
    const error = await diagnosis(openDataset(folderWith({ 'a.png': await png(), 'labels.csv': csv })));
    expect(error.code).toBe('DATASET_LABELS_INVALID');
    expect(error.found).toContain(found);
    expect(error.message).toContain(`at line ${line}.`);
  });

  itWith('data/imagenet-sample')('reads the ImageNet sample: 200 pictures, one a class', async () => {
    const dataset = await openDataset(shared('data/imagenet-sample'));
    const items = await all(dataset);
    expect([dataset.size, items.length, new Set(items.map(({ label }) => label)).size]).toEqual([200, 200, 200]);
    expect(items[0]).toMatchObject({ id: 'images/n01484850_great_white_shark.JPEG', label: '2' });
    expect((await items[0]!.read()).length).toBeGreaterThan(1000);
    const thousand = Array.from({ length: 1000 }, (_, index) => `class ${index}`);
    expect(mapLabels(dataset, thousand).indexOf(items[0]!.label)).toBe(2);
  });
});

describe('bad data', () => {
  it('lists a picture that cannot be read, and the others can be', async () => {
    const folder = folderWith({
      'good.png': await png(),
      'empty.png': '',
      'labels.csv': 'file,label\nmissing.png,x\nempty.png,x\nfolder.png,x\ngood.png,x\n',
      'folder.png/inside.txt': '',
    });
    const items = await all(await openDataset(folder));
    expect(items).toHaveLength(4);
    const errors = await Promise.all(items.slice(0, 3).map((item) => diagnosis(item.read())));
    expect(errors.map(({ code, found }) => [code, found])).toEqual([
      ['DATASET_IMAGE_NOT_READABLE', 'no such file'],
      ['DATASET_IMAGE_NOT_READABLE', '0 bytes'],
      ['DATASET_IMAGE_NOT_READABLE', 'it is a folder, not a file'],
    ]);
    expect(errors[0]!.message).toContain('missing.png');
    expect((await items[3]!.read()).length).toBeGreaterThan(0);
  });

  it('stops at it where the data set is strict', async () => {
    const folder = folderWith({ 'a/1.png': await png(), 'a/2.png': '', 'a/3.png': await png() });
    const dataset = await openDataset(folder, { strict: true });
    expect(await diagnosis(all(dataset))).toMatchObject({ code: 'DATASET_IMAGE_NOT_READABLE' });
  });

  it.each<[what: string, files: Record<string, string>]>([
    ['pictures and no labels', { 'a.png': 'x', 'b.png': 'x' }],
    ['images/ and no labels', { 'images/a.png': 'x', 'readme.md': 'x' }],
  ])('says that the label file is missing: %s', async (_, files) => {
    const error = await diagnosis(openDataset(folderWith(files)));
    expect(error).toMatchObject({
      code: 'DATASET_LABELS_MISSING',
      expected: 'a file labels.csv with the columns file and label (or class_index), or one sub-folder a class',
    });
  });

  it.each<[what: string, files: Record<string, string>]>([
    ['nothing', {}],
    ['class folders without pictures', { 'a/notes.txt': 'x', 'b/notes.txt': 'x' }],
    ['labels.csv with no lines', { 'labels.csv': 'file,label\n', 'a.png': 'x' }],
  ])('says that it is empty: %s', async (_, files) => {
    expect(await diagnosis(openDataset(`folder:${folderWith(files)}`))).toMatchObject({ code: 'DATASET_EMPTY' });
  });

  it('says that a path is a file, or is not there', async () => {
    const folder = folderWith({ 'a.txt': 'x' });
    expect(await diagnosis(openDataset(`folder:${folder}/a.txt`))).toMatchObject({
      code: 'DATASET_NOT_FOUND',
      expected: 'a folder of pictures',
    });
    expect(await diagnosis(openDataset(`${folder}/nowhere`))).toMatchObject({ code: 'DATASET_NOT_FOUND' });
  });
});
