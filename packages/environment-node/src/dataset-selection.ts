import { resolve } from 'node:path';
import type { Dataset } from '@understory/core';
import { openDataset, parseDatasetSpec, resolveDatasetSpec } from '@understory/datasets';
import { decodeImage } from '@understory/imaging/sharp';
import type { ChosenImage, ImagesSpec } from '@understory/studies';

/** A data set's spec with its path seen from a folder. */
function specFrom(spec: string, cwd: string): ReturnType<typeof parseDatasetSpec> {
  return resolveDatasetSpec(parseDatasetSpec(spec), (path) => resolve(cwd, path));
}

/** The part of a data set that is asked for; throws what `openDataset` throws. */
export function openSelection(
  spec: string,
  { split, limit, offset, ids }: Omit<ImagesSpec, 'from'>,
  cwd: string,
): Promise<Dataset & { readonly size: number }> {
  return openDataset(specFrom(spec, cwd), {
    ...(split !== undefined && { split }),
    ...(limit !== undefined && { limit }),
    ...(offset !== undefined && { offset }),
    ...(ids !== undefined && { ids }),
  });
}

/** The items of a data set, each read and decoded when the experiment comes to it. */
export async function* datasetItems(dataset: Dataset): AsyncGenerator<ChosenImage, void, undefined> {
  for await (const item of dataset.items()) {
    yield { id: item.id, item, picture: async () => decodeImage(await item.read(), item.id) };
  }
}
