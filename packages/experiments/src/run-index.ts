import { experimentErrors } from './errors.ts';
import { logNames } from './shard.ts';
import { parsed, readLog } from './read-log.ts';
import type { LogLine } from './log-line.ts';
import type { ReadableFile, RunFolder } from './run-folder.ts';

/** Where the logs keep what came of an item. */
export interface IndexEntry {
  readonly item: string;
  /** Its place in the data set, counted from 0. */
  readonly at: number;
  readonly failed: boolean;
  readonly log: string;
  readonly offset: number;
  readonly length: number;
  readonly number: number;
}

/** What the logs of a run folder hold, without the rows themselves: memory is a few words an item. */
export interface RunIndex {
  readonly entries: ReadonlyMap<string, IndexEntry>;
  /** How many items there are; undefined before a process has come to their end. */
  readonly items: number | undefined;
  /** The bytes of whole lines in each log. */
  readonly lengths: ReadonlyMap<string, number>;
}

/** Reads every log of the folder; where an item stands twice, rows count before failures and later lines before earlier ones. */
export async function readIndex(folder: RunFolder): Promise<RunIndex> {
  const entries = new Map<string, IndexEntry>();
  const lengths = new Map<string, number>();
  let items: number | undefined;
  for (const log of logNames(await folder.list())) {
    const length = await readLog(folder, log, ({ line, ...place }) => {
      if ('items' in line) {
        items = Math.max(items ?? 0, line.items);
        return;
      }
      const failed = 'error' in line;
      if (failed && entries.get(line.item)?.failed === false) return;
      entries.set(line.item, { item: line.item, at: line.at, failed, log, ...place });
    });
    lengths.set(log, length);
  }
  return { entries, items, lengths };
}

/** The lines of the index in the order of the data set, so that no order of execution can show. */
export async function* linesInOrder(folder: RunFolder, { entries }: RunIndex): AsyncGenerator<LogLine> {
  const files = new Map<string, ReadableFile>();
  try {
    for (const { log, offset, length, number } of [...entries.values()].sort((one, other) => one.at - other.at)) {
      const file = files.get(log) ?? (await folder.openToRead(log));
      if (file === undefined) {
        throw experimentErrors.notReadable({ path: folder.pathOf(log), reason: 'it is gone', cause: undefined });
      }
      files.set(log, file);
      const bytes = Buffer.alloc(length);
      await file.read(bytes, offset);
      yield parsed(bytes, { path: folder.pathOf(log), number });
    }
  } finally {
    for (const file of files.values()) await file.close();
  }
}
