import type { Dataset, DatasetItem } from '@understory/core';
import { datasetErrors } from './errors.ts';
import type { DatasetReader } from './reader.ts';

/** Which items of a split are streamed, applied in the order: `ids`, `offset`, `limit`, `shard`. */
export interface Selection {
  /** Only these items, in the order of the data set. */
  readonly ids?: readonly string[];
  /** How many items are passed over first; 0 where absent. */
  readonly offset?: number;
  /** How many items there are at most, from 1. */
  readonly limit?: number;
  /** Of what the other options leave, the items at places `index`, `index + count`, `index + 2 count` ...; `index` counts from 0. */
  readonly shard?: { readonly index: number; readonly count: number };
  /** Reads each image before its item is handed out, so that the first that cannot be read ends the stream with its error. */
  readonly strict?: boolean;
}

/** The selected items as a data set; throws DATASET_OPTION_INVALID, DATASET_ID_UNKNOWN, or DATASET_EMPTY where the offset leaves nothing. */
export async function select(
  reader: DatasetReader,
  selection: Selection,
): Promise<Dataset & { readonly size: number }> {
  check(selection);
  const { offset = 0, limit = Infinity, shard = { index: 0, count: 1 }, strict = false } = selection;
  const ids = selection.ids === undefined ? undefined : new Set(selection.ids);
  if (ids !== undefined) await checkIds(reader, ids);
  const total = ids?.size ?? reader.size;
  if (offset >= total) throw datasetErrors.offsetBeyondEnd({ name: reader.name, offset, size: total });
  const selected = Math.min(limit, total - offset);

  async function* items(): AsyncIterable<DatasetItem> {
    let place = ids === undefined ? 0 : -offset;
    for await (const item of reader.items(ids === undefined ? offset : 0)) {
      if (ids !== undefined && !ids.has(item.id)) continue;
      if (place >= selected) return;
      if (place >= 0 && place % shard.count === shard.index) yield strict ? await alreadyRead(item) : item;
      place += 1;
    }
  }

  return {
    name: reader.name,
    classes: reader.classes,
    size: Math.max(0, Math.ceil((selected - shard.index) / shard.count)),
    items,
  };
}

async function alreadyRead(item: DatasetItem): Promise<DatasetItem> {
  const bytes = await item.read();
  return { ...item, read: () => Promise.resolve(bytes) };
}

async function checkIds(reader: DatasetReader, ids: ReadonlySet<string>): Promise<void> {
  const missing = new Set(ids);
  let example: string | undefined;
  for await (const { id } of reader.items(0)) {
    example ??= id;
    missing.delete(id);
    if (missing.size === 0) break;
  }
  if (missing.size > 0 || ids.size === 0) {
    throw datasetErrors.idsUnknown({ name: reader.name, ids: [...missing], example });
  }
}

function check({ offset, limit, shard }: Selection): void {
  wholeNumber('offset', offset, 0);
  wholeNumber('limit', limit, 1);
  wholeNumber('shard.count', shard?.count, 1);
  wholeNumber('shard.index', shard?.index, 0, shard === undefined ? undefined : shard.count - 1);
}

function wholeNumber(option: string, value: number | undefined, least: number, most = Number.MAX_SAFE_INTEGER): void {
  if (value === undefined || (Number.isInteger(value) && value >= least && value <= most)) return;
  const expected =
    most === Number.MAX_SAFE_INTEGER ? `a whole number from ${least}` : `a whole number from ${least} to ${most}`;
  throw datasetErrors.optionInvalid({ option, found: String(value), expected });
}
