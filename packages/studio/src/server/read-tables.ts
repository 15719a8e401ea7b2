import type { Store } from '@understory/core';
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects, parquetSchema } from 'hyparquet';
import { mostRows, type RunContents } from '../engine/engine.ts';

type Table = RunContents['tables'][number];
type Cell = Table['rows'][number][number];

/** Which rows of each table. */
export interface Asked {
  readonly from: number;
  readonly count: number;
}

/** What was asked for, within bounds. */
export function askedRows({ from, count }: Asked = { from: 0, count: mostRows }): Asked {
  const whole = (value: unknown, most: number) => Math.min(Math.max(0, Math.floor(Number(value)) || 0), most);
  return { from: whole(from, Number.MAX_SAFE_INTEGER), count: whole(count, mostRows) };
}

/** The tables of a finished run; none where it is not. */
export async function finishedTables(store: Store, asked: Asked): Promise<readonly Table[]> {
  const names = await store.names('tables');
  const tables: Table[] = [];
  for (const name of names) {
    if (!name.endsWith('.parquet')) continue;
    const file = await asyncBufferFromFile(store.pathOf(`tables/${name}`));
    const metadata = await parquetMetadataAsync(file);
    const columns = parquetSchema(metadata).children.map(({ element }) => element.name);
    const size = Number(metadata.num_rows);
    const rowStart = Math.min(asked.from, size);
    const rowEnd = Math.min(rowStart + asked.count, size);
    const records = rowStart === rowEnd ? [] : await parquetReadObjects({ file, metadata, rowStart, rowEnd });
    const rows = records.map((record) => columns.map((column) => cellOf(record[column])));
    tables.push({ name: name.replace(/\.parquet$/, ''), columns, rows, size });
  }
  return tables;
}

/** The rows of a run that is not finished, as one table: values of values under names with dots, lists as JSON. */
export async function tableOfRows(rows: AsyncIterable<unknown>, { from, count }: Asked): Promise<Table> {
  const columns = new Set<string>();
  const records: ReadonlyMap<string, Cell>[] = [];
  let size = 0;
  for await (const row of rows) {
    if (size >= from && size < from + count) {
      const record = flattened(row);
      for (const name of record.keys()) columns.add(name);
      records.push(record);
    }
    size += 1;
  }
  const names = [...columns];
  return {
    name: 'rows',
    columns: names,
    rows: records.map((record) => names.map((name) => record.get(name) ?? null)),
    size,
  };
}

function flattened(row: unknown): ReadonlyMap<string, Cell> {
  const cells = new Map<string, Cell>();
  const left: (readonly [name: string, value: unknown])[] = [['', row]];
  for (let next = left.shift(); next !== undefined; next = left.shift()) {
    const [name, value] = next;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) cells.set(name || 'value', cellOf(value));
    else for (const [key, own] of Object.entries(value)) left.push([name === '' ? key : `${name}.${key}`, own]);
  }
  return cells;
}

function cellOf(value: unknown): Cell {
  if (value === null || value === undefined) return null;
  if (typeof value === 'bigint') return Number(value);
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  return JSON.stringify(value, (_, each: unknown) => (typeof each === 'bigint' ? Number(each) : each));
}
