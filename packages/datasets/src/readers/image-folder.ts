import { basename, join, resolve } from 'node:path';
import type { DatasetItem } from '@understory/core';
import { chooseSplit, isSplitName } from '../choose-split.ts';
import { datasetErrors } from '../errors.ts';
import { isPicture, kindOf, list, readPicture, walk } from '../files.ts';
import { readLabelsCsv } from '../read-labels-csv.ts';
import type { DatasetReader } from '../reader.ts';

const labelFiles = ['labels.csv', 'metadata.csv'];

/**
 * Pictures in a folder: one sub-folder a class, or a flat folder (or its `images/`) with `labels.csv`; `train/`, `test/` and the like
 * in front of either are splits. Class folders come in the order of their names, so do their pictures, which may lie deeper;
 * a CSV's order is kept. Throws DATASET_LABELS_MISSING, DATASET_LABELS_INVALID, DATASET_SPLIT_MISSING or DATASET_EMPTY.
 */
export async function openImageFolder(path: string, asked: string | undefined): Promise<DatasetReader> {
  if ((await kindOf(path)) !== 'folder') throw datasetErrors.notFound({ path, expected: 'a folder of pictures' });
  const split = await splitOf(path, asked);
  const folder = split === undefined ? path : join(path, split);
  const place: Place = {
    path,
    folder,
    prefix: split === undefined ? '' : `${split}/`,
    name: [basename(resolve(path)), ...(split === undefined ? [] : [split])].join('/'),
  };
  const { files, folders } = await list(folder);
  const labels = files.find((name) => labelFiles.includes(name.toLowerCase()));
  if (labels !== undefined) return openListed(place, labels);

  const pictures = files.some(isPicture);
  const flat = folders.every((name) => name.toLowerCase() === 'images');
  if (flat && (pictures || folders.length > 0)) {
    throw datasetErrors.labelsMissing({
      path: folder,
      lookedFor: [`a file labels.csv with the columns file and label (or class_index)`, 'one sub-folder a class'],
      found: [
        ...folders.map((name) => `${name}/`),
        pictures ? 'pictures' : '',
        ...files.filter((name) => !isPicture(name)),
      ].filter((what) => what !== ''),
    });
  }
  return openClassFolders(place, folders);
}

interface Place {
  readonly path: string;
  /** The split's folder, or `path`. */
  readonly folder: string;
  /** From `path` to `folder`, as ids begin. */
  readonly prefix: string;
  readonly name: string;
}

async function splitOf(path: string, asked: string | undefined): Promise<string | undefined> {
  const { files, folders } = await list(path);
  const labelled = files.some((name) => labelFiles.includes(name.toLowerCase()));
  const splits = !labelled && folders.every(isSplitName) ? folders : [];
  if (asked === undefined && splits.length === 0) return undefined;
  return chooseSplit({ path, splits, asked, lookedFor: 'a folder for each split, such as test/ and train/' });
}

async function openListed({ path, folder, prefix, name }: Place, labels: string): Promise<DatasetReader> {
  const listed = await readLabelsCsv(join(folder, labels));
  const [first] = listed;
  if (first === undefined) {
    throw datasetErrors.empty({ path: folder, lookedFor: `at least one line below the header of ${labels}` });
  }
  const inImages =
    (await kindOf(join(folder, first.file))) === undefined && (await kindOf(join(folder, 'images'))) === 'folder';
  const root = inImages ? `${prefix}images/` : prefix;
  const names = [...new Set(listed.flatMap(({ label }) => label ?? []))];
  return {
    name,
    classes: names.every((label) => /^\d+$/.test(label)) ? undefined : names.sort(),
    size: listed.length,
    async *items(start) {
      for (const { file, label } of listed.slice(start)) yield pictureItem(path, `${root}${file}`, label);
    },
  };
}

async function openClassFolders(
  { path, folder, prefix, name }: Place,
  folders: readonly string[],
): Promise<DatasetReader> {
  const classes: { label: string; size: number }[] = [];
  for (const label of folders) {
    let size = 0;
    for await (const file of walk(join(folder, label))) if (isPicture(file)) size += 1;
    if (size > 0) classes.push({ label, size });
  }
  if (classes.length === 0) {
    throw datasetErrors.empty({ path: folder, lookedFor: 'pictures in one sub-folder a class, or labels.csv' });
  }
  return {
    name,
    classes: classes.map(({ label }) => label),
    size: classes.reduce((sum, { size }) => sum + size, 0),
    async *items(start) {
      let passed = 0;
      for (const { label, size } of classes) {
        if (passed + size <= start) {
          passed += size;
          continue;
        }
        for await (const file of walk(join(folder, label))) {
          if (!isPicture(file)) continue;
          if (passed >= start) yield pictureItem(path, `${prefix}${label}/${file}`, label);
          passed += 1;
        }
      }
    },
  };
}

function pictureItem(root: string, id: string, label: string | undefined): DatasetItem {
  return { id, read: () => readPicture(root, id), ...(label === undefined ? {} : { label }) };
}
