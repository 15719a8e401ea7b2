import { append, type Experiment, type Store } from '@understory/core';
import { linesInOrder, readIndex, type RunIndex } from './run-index.ts';
import { observeColumns, type Table } from './table.ts';
import { writeCsv } from './write-csv.ts';

/** What a run came to. */
export interface FinishedRun<Summary> {
  /** Items with rows. */
  readonly done: number;
  readonly failed: number;
  readonly summary: Summary;
  /** Their names in the store. */
  readonly files: readonly string[];
}

type Line = { readonly item: string } & Readonly<Record<string, unknown>>;

export const failuresName = 'failures';

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
  store: Store,
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
  const index = await readIndex(store, run);
  const files: string[] = [];
  for (const { name, records } of [
    failuresTable(store, index),
    ...tables.map((table) => recordsOf(store, index, table)),
  ]) {
    append(files, await writeTable(store, name, records));
  }
  const summary = await experiment.summarise(rowsInOrder(store, index));
  await store.write('summary.json', `${JSON.stringify(summary ?? null, undefined, 2)}\n`);
  await store.removeLeftovers('', 'tables');
  const failed = [...index.entries.values()].filter((entry) => entry.failed).length;
  return { done: index.entries.size - failed, failed, summary, files: [...files, 'summary.json'] };
}

/** The rows of a run in the order of the data set. */
export async function* rowsInOrder<Row>(store: Store, index: RunIndex): AsyncGenerator<Row> {
  for await (const line of linesInOrder(store, index)) if ('rows' in line) yield* line.rows as readonly Row[];
}

function recordsOf<Row>(store: Store, index: RunIndex, { name, records }: Table<Row>) {
  return {
    name,
    async *records(): AsyncGenerator<Line> {
      for await (const line of linesInOrder(store, index)) {
        if (!('rows' in line)) continue;
        for (const row of line.rows as readonly Row[]) {
          for (const record of records(row, line.item)) yield { item: line.item, ...record };
        }
      }
    },
  };
}

function failuresTable(store: Store, index: RunIndex) {
  return {
    name: failuresName,
    async *records(): AsyncGenerator<Line> {
      for await (const line of linesInOrder(store, index))
        if ('error' in line) yield { item: line.item, ...line.error };
    },
  };
}

async function writeTable(store: Store, name: string, records: () => AsyncIterable<Line>): Promise<readonly string[]> {
  const observed = observeColumns();
  // The columns of a table that turns out empty.
  observed.see(name === failuresName ? { item: '', code: '', message: '' } : { item: '' });
  for await (const record of records()) observed.see(record);
  const columns = observed.columns();
  // Its library is not loaded by what only does items of a run.
  const { writeParquet } = await import('./write-parquet.ts');
  const files = { csv: writeCsv, parquet: writeParquet };
  for (const [extension, write] of Object.entries(files)) {
    await store.replace(`tables/${name}.${extension}`, (sink) => write(sink, columns, records()));
  }
  return Object.keys(files).map((extension) => `tables/${name}.${extension}`);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
