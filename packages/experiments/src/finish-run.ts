import { append, type Experiment } from '@understory/core';
import type { RunFolder } from './run-folder.ts';
import { linesInOrder, readIndex, type RunIndex } from './run-index.ts';
import { removeAbandonedLocks } from './run-lock.ts';
import { observeColumns, type Table } from './table.ts';
import { writeCsv } from './write-csv.ts';
import { writeParquet } from './write-parquet.ts';

/** What a run came to. */
export interface FinishedRun<Summary> {
  /** Items with rows. */
  readonly done: number;
  readonly failed: number;
  readonly summary: Summary;
  /** Relative to the folder. */
  readonly files: readonly string[];
}

type Line = { readonly item: string } & Readonly<Record<string, unknown>>;

const failuresName = 'failures';

/** One table of the experiment's rows as they are. */
export function rowsTable<Row>(): Table<Row> {
  return { name: 'rows', records: (row) => [isObject(row) ? row : { value: row }] };
}

/** Throws a RangeError for names that are no plain file names, that repeat, or that the table of failures has. */
export function checkTables(tables: readonly Pick<Table<never>, 'name'>[]): void {
  const names = tables.map(({ name }) => name);
  for (const [place, name] of names.entries()) {
    if (!/^[\w-]+$/.test(name)) throw new RangeError(`"${name}" is no name of a table: letters, digits, - and _`);
    if (name === failuresName || names.indexOf(name) !== place) {
      throw new RangeError(
        `there are two tables "${name}"${name === failuresName ? '; one is that of failed items' : ''}`,
      );
    }
  }
}

/** Writes the tables and the summary out of the logs, which the caller knows to be complete; every file as a whole or not at all. */
export async function finishRun<Row, Summary>(
  folder: RunFolder,
  {
    experiment,
    tables,
    run,
  }: {
    readonly experiment: Pick<Experiment<never, Row, Summary>, 'summarise'>;
    readonly tables: readonly Table<Row>[];
    /** The fingerprint of the record. */
    readonly run: string;
  },
): Promise<FinishedRun<Summary>> {
  const index = await readIndex(folder, run);
  await folder.make('tables');
  const files: string[] = [];
  for (const { name, records } of [
    failuresTable(folder, index),
    ...tables.map((table) => recordsOf(folder, index, table)),
  ]) {
    append(files, await writeTable(folder, name, records));
  }
  const summary = await experiment.summarise(rowsInOrder(folder, index));
  await folder.replace('summary.json', (sink) =>
    sink(Buffer.from(`${JSON.stringify(summary ?? null, undefined, 2)}\n`)),
  );
  await folder.removeLeftovers('', 'tables');
  await removeAbandonedLocks(folder);
  const failed = [...index.entries.values()].filter((entry) => entry.failed).length;
  return { done: index.entries.size - failed, failed, summary, files: [...files, 'summary.json'] };
}

/** The rows of a run in the order of the data set. */
export async function* rowsInOrder<Row>(folder: RunFolder, index: RunIndex): AsyncGenerator<Row> {
  for await (const line of linesInOrder(folder, index)) if ('rows' in line) yield* line.rows as readonly Row[];
}

function recordsOf<Row>(folder: RunFolder, index: RunIndex, { name, records }: Table<Row>) {
  return {
    name,
    async *records(): AsyncGenerator<Line> {
      for await (const line of linesInOrder(folder, index)) {
        if (!('rows' in line)) continue;
        for (const row of line.rows as readonly Row[]) {
          for (const record of records(row, line.item)) yield { item: line.item, ...record };
        }
      }
    },
  };
}

function failuresTable(folder: RunFolder, index: RunIndex) {
  return {
    name: failuresName,
    async *records(): AsyncGenerator<Line> {
      for await (const line of linesInOrder(folder, index))
        if ('error' in line) yield { item: line.item, ...line.error };
    },
  };
}

async function writeTable(
  folder: RunFolder,
  name: string,
  records: () => AsyncIterable<Line>,
): Promise<readonly string[]> {
  const observed = observeColumns();
  // The columns of a table that turns out empty.
  observed.see(name === failuresName ? { item: '', code: '', message: '' } : { item: '' });
  for await (const record of records()) observed.see(record);
  const columns = observed.columns();
  const files = { csv: writeCsv, parquet: writeParquet };
  for (const [extension, write] of Object.entries(files)) {
    await folder.replace(`tables/${name}.${extension}`, (sink) => write(sink, columns, records()));
  }
  return Object.keys(files).map((extension) => `tables/${name}.${extension}`);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
