import { join } from 'node:path';
import { datasetErrors } from './errors.ts';
import { isPicture, kindOf, list, walk } from './files.ts';
import type { DatasetFormat } from './parse-dataset-spec.ts';

/** The format of what lies at a path, judged by the names of its files; throws DATASET_FORMAT_UNKNOWN. */
export async function recogniseFormat(path: string): Promise<DatasetFormat> {
  if ((await kindOf(path)) === 'file') {
    if (/\.parquet$/i.test(path)) return 'parquet';
    throw datasetErrors.formatNotRecognised({ path, found: ['a file that is not called *.parquet'] });
  }
  const { files, folders } = await list(path);
  if (
    folders.includes('cifar-10-batches-bin') ||
    files.some((name) => /^(data_batch_\d|test_batch)\.bin$/.test(name))
  ) {
    return 'cifar10';
  }
  if (folders.includes('annotations') && folders.includes('images') && (await hasPetLists(path))) return 'oxford-pets';
  if (files.some((name) => name.toLowerCase() === 'labels.csv')) return 'folder';
  for await (const file of walk(path)) {
    if (/\.parquet$/i.test(file)) return 'parquet';
    if (isPicture(file)) return 'folder';
  }
  throw datasetErrors.formatNotRecognised({ path, found: [...folders.map((name) => `${name}/`), ...files] });
}

async function hasPetLists(path: string): Promise<boolean> {
  const { files } = await list(join(path, 'annotations'));
  return files.some((name) => ['test.txt', 'trainval.txt', 'list.txt'].includes(name));
}
