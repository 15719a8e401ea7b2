import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { isDiagnosed } from '@understory/core';
import { openDataset } from '../src/index.ts';
import { readVocBoxes } from '../src/read-voc-boxes.ts';
import { all, diagnosis, folderWith, idsOf, png, writeParquet } from './fixtures.ts';

describe('what is no file', () => {
  it('is not waited for, and is told where it is read', async () => {
    const folder = folderWith({ 'a/one.png': await png(), 'b/two.png': await png() });
    execFileSync('mkfifo', [join(folder, 'a/pipe.png')]);
    symlinkSync('/dev/zero', join(folder, 'a/zero.png'));
    const items = await all(await openDataset(folder));
    expect(items.map(({ id }) => id)).toEqual(['a/one.png', 'a/pipe.png', 'a/zero.png', 'b/two.png']);
    expect(await diagnosis(items[1]!.read())).toMatchObject({
      code: 'DATASET_IMAGE_NOT_READABLE',
      found: 'it is a named pipe, not a file',
    });
    expect(await diagnosis(items[2]!.read())).toMatchObject({ found: 'it is a device, not a file' });
  });

  it('is neither a list of labels nor a Parquet file', async () => {
    const folder = folderWith({ 'one.png': await png() });
    execFileSync('mkfifo', [join(folder, 'labels.csv')]);
    execFileSync('mkfifo', [join(folder, 'test.parquet')]);
    const found = 'it is a named pipe, not a file';
    for (const path of [folder, join(folder, 'test.parquet')]) {
      expect(await diagnosis(openDataset(path))).toMatchObject({ code: 'DATASET_NOT_READABLE', found });
    }
  });
});

describe('links', () => {
  it('to files and folders are followed, each folder once, and those that lead round come to an end', async () => {
    const folder = folderWith({ 'data/a/one.png': await png(), 'data/b/.keep': '', 'far/deep/two.png': await png() });
    symlinkSync('../../far/deep/two.png', join(folder, 'data/b/link.png'));
    symlinkSync('../../far', join(folder, 'data/b/far'));
    symlinkSync('..', join(folder, 'far/deep/round'));
    symlinkSync('../a', join(folder, 'data/b/other'));
    symlinkSync('nothing', join(folder, 'data/b/broken.png'));
    const items = await all(await openDataset(join(folder, 'data')));
    expect(items.map(({ id }) => id)).toEqual([
      'a/one.png',
      'b/broken.png',
      'b/link.png',
      'b/far/deep/two.png',
      'b/other/one.png',
    ]);
    expect(await diagnosis(items[1]!.read())).toMatchObject({ found: 'no such file' });
    expect(await items[3]!.read()).toEqual(await png());
  });

  it('that branch without end are followed once each', async () => {
    const folder = folderWith({ 'data/a/one.png': await png() });
    for (let level = 0; level < 40; level += 1) {
      mkdirSync(join(folder, `level${level}`));
      for (const branch of ['x', 'y']) {
        symlinkSync(join(folder, `level${level + 1}`), join(folder, `level${level}`, branch));
      }
    }
    writeFileSync(join(folder, 'level39/end.png'), await png());
    symlinkSync(join(folder, 'level0'), join(folder, 'data/a/many'));
    const ids = await idsOf(await openDataset(join(folder, 'data')));
    expect(ids).toEqual(['a/one.png', `a/many/${'x/'.repeat(39)}end.png`]);
  });
});

describe('names that are those of properties', () => {
  it('are classes and files as others are', async () => {
    const names = ['__proto__', 'constructor', 'toString'];
    const folder = folderWith(
      Object.fromEntries(await Promise.all(names.map(async (name) => [`${name}/${name}.png`, await png()]))),
    );
    const dataset = await openDataset(folder);
    expect(dataset.classes).toEqual(names);
    expect(await idsOf(dataset)).toEqual(names.map((name) => `${name}/${name}.png`));
  });
});

describe('labels.csv', () => {
  it.each([
    ['a quote that is never closed', `file,label\n"one.png,a\n${'x'.repeat(2 ** 19)}`],
    ['a line of half a million letters', `file,label\none.png,${'x'.repeat(2 ** 19)}\n`],
    ['no line break', 'x'.repeat(2 ** 19)],
  ])('with %s is refused', async (_, text) => {
    const folder = folderWith({ 'labels.csv': text, 'one.png': await png() });
    const error = await diagnosis(openDataset(folder));
    expect(error.code).toBe('DATASET_LABELS_INVALID');
    expect(error.found.length).toBeLessThan(300);
  });

  it.each(['utf8', 'utf16le'] as const)('in %s may begin with its mark', async (encoding) => {
    const folder = folderWith({
      'labels.csv': Buffer.from('\uFEFFfile,label\r\none.png,__proto__\r\n', encoding),
      'one.png': await png(),
    });
    expect((await all(await openDataset(folder))).map(({ label }) => label)).toEqual(['__proto__']);
  });
});

describe('boxes', () => {
  it('have an end', () => {
    const xml = '<a><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>1e999</xmax><ymax>2</ymax></bndbox></a>';
    expect(() => readVocBoxes(xml, 'a.xml')).toThrow(expect.objectContaining({ code: 'DATASET_LABELS_INVALID' }));
  });

  it('are read of deep XML, and entities that unfold are not', () => {
    const deep = `${'<a>'.repeat(20_000)}${'</a>'.repeat(20_000)}`;
    expect(readVocBoxes(deep, 'a.xml')).toEqual([]);
    const laughs = `<!DOCTYPE a [<!ENTITY x "ha"><!ENTITY y "${'&x;'.repeat(1000)}">]><a>&y;</a>`;
    expect(() => readVocBoxes(laughs, 'a.xml')).toThrow(expect.objectContaining({ code: 'DATASET_LABELS_INVALID' }));
  });
});

describe('a Parquet file', () => {
  const images = Array.from({ length: 10 }, (_, row) => Uint8Array.of(row, 1, 2, 3));

  it('whose numbers are not those of its content says so, whichever byte of its description is another', async () => {
    const folder = folderWith();
    const path = join(folder, 'test.parquet');
    writeParquet(path, { images, labels: images.map((_, row) => row % 3), rowGroupSize: 4, offsetIndex: true });
    const intact = readFileSync(path);
    const start = intact.length - 8 - intact.readUInt32LE(intact.length - 8);
    let refused = 0;
    for (let at = start; at < intact.length; at += 1) {
      const value = [0x00, 0x7f, 0xff][at % 3]!;
      const bytes = Buffer.from(intact);
      bytes[at] = value;
      writeFileSync(path, bytes);
      try {
        for (const item of await all(await openDataset(path))) await item.read();
      } catch (error) {
        if (!isDiagnosed(error)) throw new Error(`byte ${at} as ${value}`, { cause: error });
        refused += 1;
      }
    }
    expect(refused).toBeGreaterThan(50);
  }, 60_000);

  it.each([0, 3, 8, 12, 200])('cut off after %i bytes is refused', async (length) => {
    const path = join(folderWith(), 'test.parquet');
    writeParquet(path, { images, labels: images.map(() => 1) });
    truncateSync(path, length);
    expect((await diagnosis(openDataset(path))).code).toBe('DATASET_NOT_READABLE');
  });
});
