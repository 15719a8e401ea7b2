import { join } from 'node:path';
import { append, type CaptionTest, type DatasetItem, type Question } from '@understory/core';
import { datasetErrors } from '../../errors.ts';
import { isPicture, kindOf, list, readPicture, walk } from '../../files.ts';
import type { DatasetReader } from '../../reader.ts';

/** A picture with what is asked of it. */
export interface CaptionedPicture {
  /** Its path within the data set, with what was cut out of it. */
  readonly id: string;
  readonly read: () => Promise<Uint8Array>;
  readonly tests: CaptionTest[];
  readonly questions: Question[];
  readonly otherPictures?: DatasetItem['otherPictures'];
}

/** What is asked of a picture. */
export interface AskedOfPicture {
  readonly tests?: readonly CaptionTest[];
  readonly questions?: readonly Question[];
  readonly otherPictures?: DatasetItem['otherPictures'];
}

/** Collects captions and questions by the picture that they are asked of, pictures in the order in which they come. */
export class Captioned {
  readonly #pictures = new Map<string, CaptionedPicture>();

  add(id: string, read: CaptionedPicture['read'], { tests = [], questions = [], otherPictures }: AskedOfPicture): void {
    const known = this.#pictures.get(id);
    if (known !== undefined) {
      append(known.tests, tests);
      append(known.questions, questions);
      return;
    }
    const asked = { tests: [...tests], questions: [...questions] };
    this.#pictures.set(id, { id, read, ...asked, ...(otherPictures && { otherPictures }) });
  }

  /** Throws DATASET_EMPTY where nothing is asked of any picture. */
  reader(name: string, path: string, lookedFor = 'captions that can be asked'): DatasetReader {
    const pictures = [...this.#pictures.values()];
    if (pictures.length === 0) throw datasetErrors.empty({ path, lookedFor });
    return {
      name,
      classes: undefined,
      size: pictures.length,
      async *items(start) {
        for (const { id, read, tests, questions, otherPictures } of pictures.slice(start)) {
          yield {
            ...{ id, read },
            ...(tests.length > 0 && { captionTests: tests }),
            ...(questions.length > 0 && { questions }),
            ...(otherPictures && { otherPictures }),
          } satisfies DatasetItem;
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
