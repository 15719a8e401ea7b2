import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, it } from '@jest/globals';
import { isDiagnosed } from '@understory/core';
import type { Dataset, DatasetItem } from '@understory/core';
import { rgbImage } from '@understory/imaging';
import { encodePng } from '@understory/imaging/sharp';
import { parquetWriteFile } from 'hyparquet-writer';

const folders: string[] = [];

afterAll(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** A new folder with these files by their relative paths; it goes away with the test file. */
export function folderWith(files: Readonly<Record<string, string | Uint8Array>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'understory-datasets-'));
  folders.push(folder);
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

/** A picture of 2 x 2 pixels of one grey, so that it can be told from the others. */
export function png(grey = 0): Promise<Uint8Array> {
  return encodePng(rgbImage(new Uint8Array(12).fill(grey), 2, 2));
}

export async function collect<Item>(stream: AsyncIterable<Item>): Promise<Item[]> {
  const items: Item[] = [];
  for await (const item of stream) items.push(item);
  return items;
}

export function all(dataset: Pick<Dataset, 'items'>): Promise<DatasetItem[]> {
  return collect(dataset.items());
}

export async function idsOf(dataset: Pick<Dataset, 'items'>): Promise<string[]> {
  return (await all(dataset)).map(({ id }) => id);
}

/** The diagnosis that a promise is rejected with. */
export async function diagnosis(promise: Promise<unknown>) {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!isDiagnosed(error))
    throw new Error(`expected an error with a diagnosis, found ${String(error)}`, { cause: error });
  return error;
}

export interface ParquetFixture {
  readonly images: readonly (Uint8Array | null)[];
  readonly labels?: readonly (number | string)[];
  readonly classes?: readonly string[];
  /** `img` in a group of bytes and path, as Hugging Face writes it, unless told otherwise. */
  readonly image?: string;
  readonly plain?: boolean;
  readonly rowGroupSize?: number;
  readonly offsetIndex?: boolean;
  readonly pageSize?: number;
}

export function writeParquet(path: string, fixture: ParquetFixture): void {
  const { images, labels, classes, image = 'img', plain = false, rowGroupSize = 100, offsetIndex = false } = fixture;
  mkdirSync(dirname(path), { recursive: true });
  const names = labels?.some((label) => typeof label === 'string') ?? false;
  const features = {
    [image]: { _type: 'Image' },
    ...(classes === undefined ? {} : { label: { names: classes, _type: 'ClassLabel' } }),
  };
  parquetWriteFile({
    filename: path,
    rowGroupSize,
    ...(fixture.pageSize === undefined ? {} : { pageSize: fixture.pageSize }),
    columnData: [
      {
        name: image,
        data: plain ? [...images] : images.map((bytes, row) => ({ bytes, path: `${row}.png` })),
        offsetIndex,
      },
      ...(labels === undefined
        ? []
        : [
            {
              name: 'label',
              data: labels.map((label) => (typeof label === 'number' ? BigInt(label) : label)),
              offsetIndex,
            },
          ]),
    ],
    schema: [
      { name: 'root', num_children: labels === undefined ? 1 : 2 },
      ...(plain
        ? [{ name: image, type: 'BYTE_ARRAY' as const, repetition_type: 'OPTIONAL' as const }]
        : [
            { name: image, num_children: 2, repetition_type: 'OPTIONAL' as const },
            { name: 'bytes', type: 'BYTE_ARRAY' as const, repetition_type: 'OPTIONAL' as const },
            {
              name: 'path',
              type: 'BYTE_ARRAY' as const,
              converted_type: 'UTF8' as const,
              repetition_type: 'OPTIONAL' as const,
            },
          ]),
      ...(labels === undefined
        ? []
        : [
            names
              ? {
                  name: 'label',
                  type: 'BYTE_ARRAY' as const,
                  converted_type: 'UTF8' as const,
                  repetition_type: 'OPTIONAL' as const,
                }
              : { name: 'label', type: 'INT64' as const, repetition_type: 'OPTIONAL' as const },
          ]),
    ],
    ...(classes === undefined
      ? {}
      : { kvMetadata: [{ key: 'huggingface', value: JSON.stringify({ info: { features } }) }] }),
  });
}

const sharedFolder = process.env['UNDERSTORY_SHARED'] ?? fileURLToPath(new URL('../../../../shared', import.meta.url));

export function shared(path: string): string {
  return join(sharedFolder, path);
}

/** A test on data that may not be committed: skipped, saying so, where it is absent. */
export function itWith(path: string) {
  const present = existsSync(shared(path));
  return (name: string, body: () => Promise<void> | void, timeout?: number) =>
    present ? it(name, body, timeout) : it.skip(`${name} (skipped: ../shared/${path} is absent)`, body);
}
