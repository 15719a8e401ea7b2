import type { ReadableFile, Store } from '@understory/core';
import { experimentErrors } from './errors.ts';
import { logNames } from './shard.ts';
import { readLog, type OnDamage } from './read-log.ts';
import { decodeLine, type LogLine } from './log-line.ts';

/** Where the logs keep what came of an item. */
interface IndexEntry {
  readonly item: string;
  /** Its place in the data set, counted from 0. */
  readonly at: number;
  readonly failed: boolean;
  readonly log: string;
  readonly offset: number;
  readonly length: number;
  /** The number of the line, counted from 1. */
  readonly number: number;
  /** The checksum of the line. */
  readonly sum: string;
}

/** What the logs of a run folder hold, without the rows themselves: memory is a few words an item. */
export interface RunIndex {
  readonly entries: ReadonlyMap<string, IndexEntry>;
  /** How many items there are; undefined before a process has come to their end. */
  readonly items: number | undefined;
  /** The fingerprint of the record that the logs are read under. */
  readonly run: string;
  /** The bytes of whole lines in each log. */
  readonly lengths: ReadonlyMap<string, number>;
}

/**
 * Reads every log of the folder; where an item stands twice, rows count before failures and later failures before earlier ones.
 * Throws RUN_LOG_DAMAGED for a line that the run with that fingerprint did not write so, and for a line that contradicts an earlier
 * one; with `onDamage` the error is handed over instead, and the line left out.
 */
export async function readIndex(
  store: Store,
  run: string,
  onDamage: OnDamage = (error) => {
    throw error;
  },
): Promise<RunIndex> {
  const entries = new Map<string, IndexEntry>();
  const places = new Map<number, IndexEntry>();
  const lengths = new Map<string, number>();
  let items: number | undefined;
  for (const log of logNames(await store.names(''))) {
    const length = await readLog(store, { name: log, run, onDamage }, ({ line, ...place }) => {
      if ('items' in line) {
        items = Math.max(items ?? 0, line.items);
        return;
      }
      const entry = { item: line.item, at: line.at, failed: 'error' in line, log, ...place };
      const before = entries.get(entry.item);
      const reason = contradiction(entry, before) ?? contradiction(entry, places.get(entry.at));
      if (reason !== undefined) {
        onDamage(experimentErrors.logDamaged({ path: store.pathOf(log), line: place.number, reason }));
        return;
      }
      if (before?.failed === false) return;
      entries.set(entry.item, entry);
      places.set(entry.at, entry);
    });
    lengths.set(log, length);
  }
  return { entries, items, run, lengths };
}

/** How a result contradicts an earlier one of the same item or the same place; undefined where it does not. */
function contradiction(entry: IndexEntry, before: IndexEntry | undefined): string | undefined {
  if (before === undefined) return undefined;
  const line = `line ${before.number} of ${before.log}`;
  if (entry.item !== before.item) return `"${entry.item}" as item ${entry.at}, which is "${before.item}" in ${line}`;
  if (entry.at !== before.at) return `"${entry.item}" as item ${entry.at}, which is item ${before.at} in ${line}`;
  if (entry.failed || before.failed || entry.sum === before.sum) return undefined;
  return `a second result for "${entry.item}", with other rows than ${line}`;
}

/** The lines of the index in the order of the data set, so that no order of execution can show. */
export async function* linesInOrder(store: Store, { entries, run }: RunIndex): AsyncGenerator<LogLine> {
  const files = new Map<string, ReadableFile>();
  try {
    for (const { log, offset, length, number } of [...entries.values()].sort((one, other) => one.at - other.at)) {
      const file = files.get(log) ?? (await store.openToRead(log));
      if (file === undefined) {
        throw experimentErrors.notReadable({ path: store.pathOf(log), reason: 'it is gone', cause: undefined });
      }
      files.set(log, file);
      const bytes = new Uint8Array(length);
      await file.read(bytes, offset);
      const decoded = decodeLine(bytes, run);
      if (!('line' in decoded)) {
        throw experimentErrors.logDamaged({ path: store.pathOf(log), line: number, reason: decoded.reason });
      }
      yield decoded.line;
    }
  } finally {
    for (const file of files.values()) await file.close();
  }
}
