import type { Dataset } from '@understory/core';
import { datasetErrors } from './errors.ts';
import { kindOf } from './files.ts';
import { parseDatasetSpec } from './parse-dataset-spec.ts';
import type { DatasetFormat, DatasetSpec } from './parse-dataset-spec.ts';
import type { DatasetReader } from './reader.ts';
import { openAro } from './readers/captions/aro.ts';
import { openSugarcrepe } from './readers/captions/sugarcrepe.ts';
import { openVsr } from './readers/captions/vsr.ts';
import { openWhatsup } from './readers/captions/whatsup.ts';
import { openWinoground } from './readers/captions/winoground.ts';
import { openCifar10 } from './readers/cifar10.ts';
import { openImageFolder } from './readers/image-folder.ts';
import { openOrchard } from './readers/orchard.ts';
import { openOxfordPets } from './readers/oxford-pets.ts';
import { openParquet } from './readers/open-parquet.ts';
import { openClevr } from './readers/questions/clevr.ts';
import { openGqa } from './readers/questions/gqa.ts';
import { recogniseFormat } from './recognise-format.ts';
import { select } from './select.ts';
import type { Selection } from './select.ts';

export interface DatasetOptions extends Selection {
  /** `test`, `train`, `validation` ...; where absent the test split, or what the format says where it has none. */
  readonly split?: string;
}

type Open = (path: string, split: string | undefined) => Promise<DatasetReader>;

const readers: Readonly<Record<DatasetFormat, Open>> = {
  cifar10: openCifar10,
  'oxford-pets': openOxfordPets,
  parquet: (path, split) => openParquet(path, { split }),
  folder: openImageFolder,
  whatsup: openWhatsup,
  aro: openAro,
  sugarcrepe: openSugarcrepe,
  winoground: openWinoground,
  vsr: (path, split) => openVsr(path, split),
  gqa: openGqa,
  clevr: openClevr,
};

/**
 * Opens the data set that a spec names, as `parseDatasetSpec` reads it; images are read or drawn one by one when they are asked for.
 * Item ids are the path relative to the data set's folder, or the split and the row (`test/00042`).
 * Throws the errors that the README lists: what is missing or malformed is found here, except what only reading an image shows.
 */
export async function openDataset(
  spec: string | DatasetSpec,
  { split, ...selection }: DatasetOptions = {},
): Promise<Dataset & { readonly size: number }> {
  const parsed = typeof spec === 'string' ? parseDatasetSpec(spec) : spec;
  if (!('path' in parsed)) return select(await openOrchard(parsed.options, split), selection);
  const { format, path } = parsed;
  if ((await kindOf(path)) === undefined) throw datasetErrors.notFound({ path });
  const reader = await readers[format ?? (await recogniseFormat(path))](path, split);
  return select(reader, selection);
}
