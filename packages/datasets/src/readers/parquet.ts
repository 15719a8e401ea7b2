import { stat } from 'node:fs/promises';
import { basename, join, posix, resolve } from 'node:path';
import { isDiagnosed } from '@understory/core';
import { otherThanFile } from '@understory/imaging/files';
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects, parquetSchema } from 'hyparquet';
import type { AsyncBuffer, FileMetaData, RowGroup } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { chooseSplit } from '../choose-split.ts';
import { datasetErrors, reasonOf } from '../errors.ts';
import { kindOf, walk } from '../files.ts';
import type { DatasetReader } from '../reader.ts';
import { Recent } from '../recent.ts';
import { rowId } from '../row-id.ts';
import { findColumns } from './parquet-columns.ts';
import type { Columns } from './parquet-columns.ts';

export interface ParquetOptions {
  readonly split: string | undefined;
  /** What the data set is called; the folder's name where absent. */
  readonly name?: string;
  /** What the split's files should be called, for the error. */
  readonly lookedFor?: string;
  /** Where pages can be read on their own, a row group is read in parts of about so many bytes; 32 MiB where absent. */
  readonly bytesPerBlock?: number;
}

/**
 * Parquet in Hugging Face layout: a folder of `test-00000-of-00001.parquet` and the like, at any depth, or one file; images are
 * `image.bytes` or `img.bytes`, labels `label`, class names come from the file's own metadata. Ids are `test/00042`, numbered over
 * the files of the split. Row groups are read one by one; of each, items hold nothing until they are read.
 * Throws DATASET_SPLIT_MISSING, DATASET_FILES_MISSING, DATASET_COLUMN_MISSING, DATASET_AMBIGUOUS, DATASET_EMPTY or DATASET_NOT_READABLE.
 */
export async function openParquet(path: string, options: ParquetOptions): Promise<DatasetReader> {
  const { split, files } = await chooseFiles(path, options);
  const parts: Part[] = [];
  let size = 0;
  for (const file of files) {
    const part = await openPart(file, size);
    parts.push(part);
    size += Number(part.metadata.num_rows);
  }
  const [first] = parts;
  if (first === undefined || size === 0) {
    throw datasetErrors.empty({ path, lookedFor: 'at least one row' });
  }
  const bytesPerBlock = options.bytesPerBlock ?? 2 ** 25;
  const images = new Recent(readImages, 2);
  const { classes } = first.columns;
  return {
    name: `${options.name ?? basename(resolve(path)).replace(/\.parquet$/i, '')}/${split}`,
    classes,
    size,
    async *items(start) {
      for (const block of blocksOf(parts, bytesPerBlock, start)) {
        const labels = await readLabels(block, classes);
        for (let row = Math.max(start, block.first); row < block.first + block.rows; row += 1) {
          const id = rowId(split, row);
          const label = labels[row - block.first];
          const read = async () => {
            let bytes: Uint8Array | undefined;
            try {
              bytes = (await images.get(block))[row - block.first];
            } catch (cause) {
              throw datasetErrors.imageNotReadable({ id, reason: reasonOf(cause), cause });
            }
            if (bytes === undefined || bytes.length === 0) {
              throw datasetErrors.imageNotReadable({ id, reason: 'no bytes in the column of images' });
            }
            // A copy, because a view would keep its whole block in memory.
            return bytes.slice();
          };
          yield { id, read, ...(label === undefined ? {} : { label }) };
        }
      }
    },
  };
}

interface SplitFile {
  readonly path: string;
  /** The folder of the configuration it belongs to. */
  readonly configuration: string;
  readonly split: string;
  readonly shard: number;
  /** How many files the split has, where the name says so. */
  readonly shards: number | undefined;
}

async function chooseFiles(
  path: string,
  { split: asked, lookedFor = 'files called SPLIT.parquet or SPLIT-00000-of-00001.parquet' }: ParquetOptions,
): Promise<{ split: string; files: readonly string[] }> {
  if ((await kindOf(path)) === 'file') {
    const { split: named, shards } = describe(path, basename(path));
    // A shard is numbered by itself, so its rows must not look like those of the whole split.
    const split = shards === undefined || shards === 1 ? named : basename(path).replace(/\.parquet$/i, '');
    if (asked !== undefined) chooseSplit({ path, splits: [named], asked, lookedFor });
    return { split, files: [path] };
  }
  const all: SplitFile[] = [];
  for await (const file of walk(path)) {
    if (/\.parquet$/i.test(file)) all.push(describe(join(path, file), file));
  }
  if (all.length === 0) throw datasetErrors.empty({ path, lookedFor });
  const configurations = [...new Set(all.map(({ configuration }) => configuration))];
  if (configurations.length > 1) {
    throw datasetErrors.ambiguous({ path, candidates: configurations, what: 'folder of Parquet files' });
  }
  const split = chooseSplit({ path, splits: [...new Set(all.map((file) => file.split))].sort(), asked, lookedFor });
  const files = all.filter((file) => file.split === split).sort((left, right) => left.shard - right.shard);
  const shards = files[0]?.shards;
  if (shards !== undefined && files.length < shards) {
    const found = new Set(files.map(({ shard }) => shard));
    const missing = Array.from({ length: shards }, (_, shard) => shard).filter((shard) => !found.has(shard));
    const name = (shard: number) => `${split}-${digits(shard)}-of-${digits(shards)}.parquet`;
    throw datasetErrors.filesMissing({ folder: path, missing: missing.map(name) });
  }
  return { split, files: files.map((file) => file.path) };
}

/** Both layouts of Hugging Face: `data/test-00000-of-00001.parquet` (an older one adds a hash) and `default/test/0000.parquet`. */
function describe(path: string, relative: string): SplitFile {
  const stem = posix.basename(relative).replace(/\.parquet$/i, '');
  const folder = posix.dirname(relative);
  if (/^\d+$/.test(stem) && folder !== '.') {
    return {
      path,
      configuration: posix.dirname(folder),
      split: posix.basename(folder),
      shard: Number(stem),
      shards: undefined,
    };
  }
  const [, split, shard, shards] = /^(.+?)-(\d+)-of-(\d+)(?:-[0-9a-f]+)?$/.exec(stem) ?? [];
  return {
    path,
    configuration: folder,
    split: split ?? stem,
    shard: Number(shard ?? 0),
    shards: shards === undefined ? undefined : Number(shards),
  };
}

function digits(shard: number): string {
  return String(shard).padStart(5, '0');
}

interface Part {
  readonly path: string;
  readonly file: AsyncBuffer;
  readonly metadata: FileMetaData;
  readonly columns: Columns;
  /** The row of the split that its first row is. */
  readonly first: number;
}

async function openPart(path: string, first: number): Promise<Part> {
  try {
    const other = otherThanFile(await stat(path));
    if (other !== undefined) throw new Error(`it is ${other}, not a file`);
    const file = await asyncBufferFromFile(path);
    const metadata = await parquetMetadataAsync(file);
    checkRows(metadata);
    return { path, file, metadata, columns: findColumns(path, parquetSchema(metadata), metadata), first };
  } catch (cause) {
    if (isDiagnosed(cause)) throw cause;
    throw datasetErrors.notReadable({ path, reason: reasonOf(cause), cause });
  }
}

/** Throws where the rows of the groups are not those of the file, or cannot be counted. */
function checkRows({ num_rows: stated, row_groups: groups }: FileMetaData): void {
  const sum = groups.reduce((total, group) => total + group.num_rows, 0n);
  if (sum === stated && groups.every((group) => group.num_rows >= 0n) && sum <= mostRows) return;
  throw new Error(`${stated} rows are stated, and ${sum} in its row groups`);
}

const mostRows = BigInt(2 ** 40);

/** Pages are unpacked into as many bytes as they state: 512 MiB at most. */
const largestPage = 2 ** 29;

const limited: typeof compressors = Object.fromEntries(
  Object.entries(compressors).map(([name, unpack]) => [
    name,
    (input: Uint8Array, length: number) => {
      if (length > largestPage) throw new Error(`a page of ${length} bytes, where at most ${largestPage} are unpacked`);
      return unpack(input, length);
    },
  ]),
);

/** Rows that are read together. */
interface Block {
  readonly part: Part;
  /** The first row, counted over the split. */
  readonly first: number;
  readonly rows: number;
}

/** The blocks that reach beyond row `start`, made when they are asked for: a file may state any number of rows. */
function* blocksOf(parts: readonly Part[], bytesPerBlock: number, start: number): Generator<Block, void, undefined> {
  for (const part of parts) {
    let first = part.first;
    for (const group of part.metadata.row_groups) {
      const end = first + Number(group.num_rows);
      const step = rowsPerBlock(group, part.columns.image, bytesPerBlock);
      first += step * Math.max(0, Math.floor((Math.min(start, end) - first) / step));
      for (; first < end; first += step) yield { part, first, rows: Math.min(step, end - first) };
      first = end;
    }
  }
}

function rowsPerBlock(group: RowGroup, image: string, bytesPerBlock: number): number {
  const rows = Number(group.num_rows);
  const chunks = group.columns.filter(({ meta_data }) => meta_data?.path_in_schema[0] === image);
  if (!chunks.every((chunk) => chunk.offset_index_offset !== undefined)) return rows;
  const bytes = chunks.reduce((sum, { meta_data }) => sum + Number(meta_data?.total_uncompressed_size ?? 0), 0);
  return Math.max(1, Math.min(rows, Math.floor((rows * bytesPerBlock) / Math.max(1, bytes))));
}

async function readColumn({ part, first, rows }: Block, column: string): Promise<readonly unknown[]> {
  const rowStart = first - part.first;
  const found: readonly Readonly<Record<string, unknown>>[] = await parquetReadObjects({
    file: part.file,
    metadata: part.metadata,
    columns: [column],
    rowStart,
    rowEnd: rowStart + rows,
    compressors: limited,
    utf8: false,
    useOffsetIndex: true,
  });
  if (found.length !== rows) throw new Error(`${rows} rows are stated, and ${found.length} are there`);
  return found.map((row) => row[column]);
}

async function readImages(block: Block): Promise<readonly (Uint8Array | undefined)[]> {
  return (await readColumn(block, block.part.columns.image)).map((cell) => {
    const bytes = typeof cell === 'object' && cell !== null && 'bytes' in cell ? cell.bytes : cell;
    return bytes instanceof Uint8Array ? bytes : undefined;
  });
}

async function readLabels(
  block: Block,
  classes: readonly string[] | undefined,
): Promise<readonly (string | undefined)[]> {
  const { path, columns } = block.part;
  if (columns.label === undefined) return [];
  let cells: readonly unknown[];
  try {
    cells = await readColumn(block, columns.label);
  } catch (cause) {
    throw datasetErrors.notReadable({ path, reason: reasonOf(cause), cause });
  }
  return cells.map((cell, row) => {
    // Hugging Face writes -1 where a test split keeps its labels to itself.
    if (cell === null || cell === undefined || Number(cell) === -1) return undefined;
    if (classes === undefined || typeof cell === 'string') return String(cell);
    const label = classes[Number(cell)];
    if (label === undefined) {
      throw datasetErrors.labelsInvalid({
        file: path,
        found: `class ${String(cell)} in row ${block.first - block.part.first + row}`,
        expected: `a class from 0 to ${classes.length - 1}`,
      });
    }
    return label;
  });
}
