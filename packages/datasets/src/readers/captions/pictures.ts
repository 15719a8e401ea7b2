import { join } from 'node:path';
import { append, type CaptionTest, type DatasetItem } from '@understory/core';
import { datasetErrors } from '../../errors.ts';
import { isPicture, kindOf, list, readPicture, walk } from '../../files.ts';
import type { DatasetReader } from '../../reader.ts';

/** A picture with what is asked of it. */
export interface CaptionedPicture {
  /** Its path within the data set, with what was cut out of it. */
  readonly id: string;
  readonly read: () => Promise<Uint8Array>;
  readonly tests: CaptionTest[];
  readonly otherPictures?: DatasetItem['otherPictures'];
}

/** Collects tests by the picture that they are asked of, pictures in the order in which they come. */
export class Captioned {
  readonly #pictures = new Map<string, CaptionedPicture>();

  add(
    id: string,
    read: CaptionedPicture['read'],
    tests: readonly CaptionTest[],
    others?: DatasetItem['otherPictures'],
  ): void {
    const known = this.#pictures.get(id);
    if (known !== undefined) {
      append(known.tests, tests);
      return;
    }
    this.#pictures.set(id, { id, read, tests: [...tests], ...(others && { otherPictures: others }) });
  }

  /** Throws DATASET_EMPTY where no picture has a test. */
  reader(name: string, path: string): DatasetReader {
    const pictures = [...this.#pictures.values()];
    if (pictures.length === 0) throw datasetErrors.empty({ path, lookedFor: 'captions that can be asked' });
    return {
      name,
      classes: undefined,
      size: pictures.length,
      async *items(start) {
        for (const { id, read, tests, otherPictures } of pictures.slice(start)) {
          yield { id, read, captionTests: tests, ...(otherPictures && { otherPictures }) } satisfies DatasetItem;
        }
      },
    };
  }
}

/** What of a data set lies at the first of some relative paths that is there; undefined where none is. */
export async function firstOf(
  path: string,
  candidates: readonly string[],
  kind: 'file' | 'folder',
): Promise<string | undefined> {
  for (const candidate of candidates) if ((await kindOf(join(path, candidate))) === kind) return candidate;
  return undefined;
}

/** The folder of pictures, relative to the data set: the first of the candidates that holds one. Throws DATASET_IMAGES_MISSING. */
export async function pictureFolder(path: string, candidates: readonly string[]): Promise<string> {
  for (const candidate of candidates) {
    if ((await kindOf(join(path, candidate))) !== 'folder') continue;
    for await (const file of walk(join(path, candidate))) if (isPicture(file)) return candidate;
  }
  throw datasetErrors.imagesMissing({ path, lookedFor: candidates, found: await present(path) });
}

/** What lies in the folder of a data set and in its `data`, for errors. */
export async function present(path: string): Promise<readonly string[]> {
  if ((await kindOf(path)) !== 'folder') return ['a file'];
  const names = async (folder: string, prefix: string) => {
    const { files, folders } = await list(folder);
    return [...folders.map((name) => `${prefix}${name}/`), ...files.map((name) => `${prefix}${name}`)];
  };
  const own = await names(path, '');
  return own.includes('data/') ? [...own, ...(await names(join(path, 'data'), 'data/'))] : own;
}

/** Reads a picture of a data set by its path within it. */
export function readerOf(root: string, id: string): CaptionedPicture['read'] {
  return () => readPicture(root, id);
}
