import { resolve } from 'node:path';
import { InvalidArgumentError } from '@commander-js/extra-typings';
import type { Dataset } from '@understory/core';
import { openDataset, parseDatasetSpec } from '@understory/datasets';
import { decodeImage } from '@understory/imaging/sharp';
import { readTextFile } from '@understory/imaging/files';
import { cliErrors, reasonOf } from '@understory/cli';
import type { EvaluationItem } from '@understory/studies';

/** A data set's spec with its path seen from a folder. */
export function specFrom(spec: string, cwd: string): ReturnType<typeof parseDatasetSpec> {
  const parsed = parseDatasetSpec(spec);
  return { ...parsed, path: resolve(cwd, parsed.path) };
}

export type DatasetSelection = {
  readonly split?: string | undefined;
  readonly limit?: number | undefined;
  readonly offset?: number | undefined;
  readonly ids?: string | undefined;
};

/** The part of a data set that a command line asks for, and its list of ids; throws FILE_NOT_READABLE and what `openDataset` throws. */
export async function openSelection(
  spec: string,
  { split, limit, offset, ids: asked }: DatasetSelection,
  cwd: string,
): Promise<{ readonly dataset: Dataset & { readonly size: number }; readonly ids: readonly string[] | undefined }> {
  const ids = await readIds(asked, cwd);
  const dataset = await openDataset(specFrom(spec, cwd), {
    ...(split !== undefined && { split }),
    ...(limit !== undefined && { limit }),
    ...(offset !== undefined && { offset }),
    ...(ids !== undefined && { ids }),
  });
  return { dataset, ids };
}

export interface Shard {
  /** Counted from 0. */
  readonly index: number;
  readonly count: number;
}

/** `2/4`: the second of four. */
export function shard(text: string): Shard {
  const [, place, count] = /^([1-9]\d*)\/([1-9]\d*)$/.exec(text) ?? [];
  if (place === undefined || Number(place) > Number(count)) {
    throw new InvalidArgumentError('Expected the number of the shard and how many there are, such as 1/4 to 4/4.');
  }
  return { index: Number(place) - 1, count: Number(count) };
}

/** Ids with commas between them, or `@file` with one a line; throws FILE_NOT_READABLE. */
export async function readIds(text: string | undefined, cwd: string): Promise<readonly string[] | undefined> {
  if (text === undefined) return undefined;
  if (!text.startsWith('@')) return parts(text, ',');
  const path = text.slice(1);
  try {
    return parts(await readTextFile(resolve(cwd, path)), '\n');
  } catch (cause) {
    throw cliErrors.fileNotReadable({ path, reason: reasonOf(cause), cause });
  }
}

function parts(text: string, separator: string): readonly string[] {
  const ids = text.split(separator).map((id) => id.trim());
  return [...new Set(ids.filter((id) => id !== ''))];
}

/** The items of a data set, each read and decoded when the experiment comes to it. */
export async function* evaluationItems(dataset: Dataset): AsyncGenerator<EvaluationItem, void, undefined> {
  for await (const item of dataset.items()) {
    yield { id: item.id, item, picture: async () => decodeImage(await item.read(), item.id) };
  }
}
