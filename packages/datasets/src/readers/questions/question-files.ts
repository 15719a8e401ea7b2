import { join, posix } from 'node:path';
import { isJsonObject } from '@understory/core';
import { datasetErrors } from '../../errors.ts';
import { kindOf, list, walk, isPicture } from '../../files.ts';
import { kindOfJson, readJson } from '../captions/entries.ts';
import { present } from '../captions/pictures.ts';

/** Questions of a benchmark are long files: 512 MiB, about as much as one text may have. */
const mostBytes = 2 ** 29 - 64;

export interface QuestionFile {
  /** What of the name tells splits apart: `val_balanced`. */
  readonly split: string;
  /** Relative to the data set. */
  readonly file: string;
}

/** The files of questions in the first of some folders that has any, by their splits. Throws DATASET_LABELS_MISSING. */
export async function questionFiles(
  path: string,
  folders: readonly string[],
  { splitOf, example }: { readonly splitOf: (name: string) => string | undefined; readonly example: string },
): Promise<readonly QuestionFile[]> {
  for (const folder of folders) {
    if ((await kindOf(join(path, folder))) !== 'folder') continue;
    const { files } = await list(join(path, folder));
    const found = files.flatMap((name) => {
      const split = splitOf(name);
      return split === undefined ? [] : [{ split, file: posix.join(folder, name) }];
    });
    if (found.length > 0) return found;
  }
  throw datasetErrors.labelsMissing({ path, lookedFor: [example], found: await present(path) });
}

/** The split that is asked for, by any of its names; the first of the usual ones without one. Throws DATASET_SPLIT_MISSING. */
export function splitAmong(
  files: readonly QuestionFile[],
  {
    path,
    asked,
    usual,
    namesOf,
  }: {
    readonly path: string;
    readonly asked: string | undefined;
    readonly usual: readonly string[];
    readonly namesOf: (asked: string) => readonly string[];
  },
): QuestionFile {
  const wanted = asked === undefined ? usual : namesOf(asked);
  const found = wanted.flatMap(
    (name) => files.find(({ split }) => split.toLowerCase() === name.toLowerCase()) ?? [],
  )[0];
  const [only] = files;
  if (found !== undefined) return found;
  if (asked === undefined && files.length === 1) return only!;
  const splits = files.map(({ split }) => split);
  throw datasetErrors.splitMissing({ path, split: asked, splits, lookedFor: 'a file of questions for each split' });
}

/** The object that a JSON file holds; throws DATASET_LABELS_INVALID and DATASET_NOT_READABLE. */
export async function readObject(file: string, expected: string): Promise<Readonly<Record<string, unknown>>> {
  const json = await readJson(file, mostBytes);
  if (isJsonObject(json)) return json as Readonly<Record<string, unknown>>;
  throw datasetErrors.labelsInvalid({ file, found: kindOfJson(json), expected });
}

/** The first of some folders that holds pictures, and their names. Throws DATASET_IMAGES_MISSING. */
export async function picturesIn(
  path: string,
  candidates: readonly string[],
): Promise<{ readonly folder: string; readonly names: ReadonlySet<string> }> {
  for (const folder of candidates) {
    if ((await kindOf(join(path, folder))) !== 'folder') continue;
    const names = new Set<string>();
    for await (const file of walk(join(path, folder))) if (isPicture(file)) names.add(file);
    if (names.size > 0) return { folder, names };
  }
  throw datasetErrors.imagesMissing({ path, lookedFor: candidates, found: await present(path) });
}
