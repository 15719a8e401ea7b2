import { open, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { rgbImage } from '@understory/imaging';
import { encodePng } from '@understory/imaging/sharp';
import { chooseSplit } from '../choose-split.ts';
import { datasetErrors, reasonOf } from '../errors.ts';
import { kindOf, list, readText } from '../files.ts';
import type { DatasetReader } from '../reader.ts';
import { Recent } from '../recent.ts';
import { rowId } from '../row-id.ts';
import { openParquet } from './open-parquet.ts';

const side = 32;
const plane = side * side;
const recordLength = 1 + 3 * plane;
const recordsPerBlock = 256;

const lookedFor =
  'test_batch.bin and data_batch_1.bin to data_batch_5.bin, or Parquet files test-*.parquet and train-*.parquet';

/**
 * CIFAR-10 (Krizhevsky 2009): the official binary batches, in DIR or its `cifar-10-batches-bin/`, or Parquet in Hugging Face layout.
 * The test split unless another is asked for. Raw pixels are handed out as PNG files; ids are `test/00042`, training batches numbered on.
 * Throws DATASET_SPLIT_MISSING, DATASET_LABELS_MISSING (no batches.meta.txt), DATASET_NOT_READABLE or DATASET_FORMAT_UNKNOWN.
 */
export async function openCifar10(path: string, asked = 'test'): Promise<DatasetReader> {
  if ((await kindOf(path)) === 'file') return openParquet(path, { split: asked, name: 'cifar10' });
  const inner = join(path, 'cifar-10-batches-bin');
  const folder = (await kindOf(inner)) === 'folder' ? inner : path;
  const { files } = await list(folder);
  const batches = new Map([
    ['train', trainBatches(folder, files)],
    ['test', files.filter((name) => name === 'test_batch.bin')],
  ]);
  const splits = [...batches.keys()].filter((split) => batches.get(split)!.length > 0);
  if (splits.length > 0) {
    const split = chooseSplit({ path: folder, splits, asked, lookedFor });
    return openBatches(folder, split, batches.get(split)!);
  }
  if (files.some((name) => /^(data_batch_\d|test_batch)$/.test(name))) {
    throw datasetErrors.formatNotRecognised({
      path: folder,
      found: ['the batches of the Python version, which are pickled'],
    });
  }
  return openParquet(path, { split: asked, name: 'cifar10', lookedFor });
}

function trainBatches(folder: string, files: readonly string[]): readonly string[] {
  const found = files.filter((name) => /^data_batch_[1-5]\.bin$/.test(name));
  const expected = found.map((_, place) => `data_batch_${place + 1}.bin`);
  const missing = expected.filter((name) => !found.includes(name));
  if (missing.length > 0) throw datasetErrors.filesMissing({ folder, missing });
  return found;
}

async function openBatches(folder: string, split: string, names: readonly string[]): Promise<DatasetReader> {
  const classes = await readClasses(folder);
  const batches: Batch[] = [];
  let size = 0;
  for (const name of names) {
    const path = join(folder, name);
    const { size: length } = await stat(path);
    if (length === 0 || length % recordLength !== 0) {
      throw datasetErrors.notReadable({
        path,
        reason: `${length} bytes, which are no whole number of records of ${recordLength}`,
      });
    }
    batches.push({ path, first: size, size: length / recordLength });
    size += length / recordLength;
  }

  const blocks = new Recent((first: number) => readBlock(batches, first, size), 2);
  const record = async (row: number) => {
    const first = row - (row % recordsPerBlock);
    const at = (row - first) * recordLength;
    return (await blocks.get(first)).subarray(at, at + recordLength);
  };
  return {
    name: `cifar10/${split}`,
    classes,
    size,
    async *items(start) {
      for (let row = start; row < size; row += 1) {
        const id = rowId(split, row);
        const [index = 0] = await record(row);
        const label = classes[index];
        if (label === undefined) {
          const batch = batchOf(batches, row);
          throw datasetErrors.labelsInvalid({
            file: batch.path,
            found: `class ${index} in record ${row - batch.first}`,
            expected: `a class from 0 to ${classes.length - 1}`,
          });
        }
        const read = async () => {
          try {
            return await encodePng(rgbImage(interleave((await record(row)).subarray(1)), side, side));
          } catch (cause) {
            throw datasetErrors.imageNotReadable({ id, reason: reasonOf(cause), cause });
          }
        };
        yield { id, label, read };
      }
    },
  };
}

interface Batch {
  readonly path: string;
  /** The row of its first record. */
  readonly first: number;
  readonly size: number;
}

function batchOf(batches: readonly Batch[], row: number): Batch {
  return batches.findLast(({ first }) => first <= row)!;
}

async function readClasses(folder: string): Promise<readonly string[]> {
  const name = 'batches.meta.txt';
  const path = join(folder, name);
  if ((await kindOf(path)) === undefined) {
    const { files } = await list(folder);
    throw datasetErrors.labelsMissing({
      path: folder,
      lookedFor: [`${name}, which names the ten classes`],
      found: files,
    });
  }
  const classes = (await readText(path))
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  if (classes.length !== 10) {
    throw datasetErrors.labelsInvalid({ file: path, found: `${classes.length} names`, expected: 'ten, one a line' });
  }
  return classes;
}

/** Records from row `first` on; a block may reach over the end of a batch into the next. */
async function readBlock(batches: readonly Batch[], first: number, size: number): Promise<Uint8Array> {
  const end = Math.min(first + recordsPerBlock, size);
  const block = new Uint8Array((end - first) * recordLength);
  for (let row = first; row < end;) {
    const batch = batchOf(batches, row);
    const until = Math.min(end, batch.first + batch.size);
    const length = (until - row) * recordLength;
    await readAt(
      batch.path,
      block.subarray((row - first) * recordLength).subarray(0, length),
      (row - batch.first) * recordLength,
    );
    row = until;
  }
  return block;
}

async function readAt(path: string, into: Uint8Array, position: number): Promise<void> {
  try {
    const file = await open(path, 'r');
    try {
      const { bytesRead } = await file.read(into, 0, into.length, position);
      if (bytesRead < into.length) throw new Error(`${basename(path)} ends early`);
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw datasetErrors.notReadable({ path, reason: reasonOf(cause), cause });
  }
}

/** Three planes, red, green and blue, as pixels. */
function interleave(planes: Uint8Array): Uint8Array {
  const pixels = new Uint8Array(3 * plane);
  for (let pixel = 0; pixel < plane; pixel += 1) {
    for (let channel = 0; channel < 3; channel += 1) pixels[3 * pixel + channel] = planes[channel * plane + pixel]!;
  }
  return pixels;
}
