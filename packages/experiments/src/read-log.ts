import { experimentErrors } from './errors.ts';
import { isLogLine, type LogLine } from './log-line.ts';
import type { RunFolder } from './run-folder.ts';

/** A line of a log with the bytes that it takes, its line feed left out. */
export interface PlacedLine {
  readonly line: LogLine;
  readonly offset: number;
  readonly length: number;
  /** Counted from 1. */
  readonly number: number;
}

const lineFeed = 10;

/**
 * The whole lines of a log in order, handed to `each`; how many bytes they take. What follows the last line feed was torn off
 * by a crash and is left out. Nothing where there is no such file. Throws RUN_LOG_DAMAGED for a whole line that is none of a log.
 */
export async function readLog(folder: RunFolder, name: string, each: (placed: PlacedLine) => void): Promise<number> {
  const file = await folder.openToRead(name);
  if (file === undefined) return 0;
  try {
    const buffer = Buffer.alloc(1 << 20);
    let pieces: Buffer[] = [];
    let [offset, position, number] = [0, 0, 0];
    for (let count = await file.read(buffer, 0); count > 0; count = await file.read(buffer, position)) {
      let start = 0;
      for (let end = buffer.indexOf(lineFeed); end !== -1 && end < count; end = buffer.indexOf(lineFeed, start)) {
        const bytes = Buffer.concat([...pieces, buffer.subarray(start, end)]);
        pieces = [];
        number += 1;
        const line = parsed(bytes, { path: folder.pathOf(name), number });
        each({ line, offset, length: bytes.length, number });
        start = end + 1;
        offset = position + start;
      }
      pieces.push(Buffer.from(buffer.subarray(start, count)));
      position += count;
    }
    return offset;
  } finally {
    await file.close();
  }
}

/** A line as it was placed by `readLog`. */
export function parsed(
  bytes: Uint8Array,
  { path, number }: { readonly path: string; readonly number: number },
): LogLine {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch (cause) {
    throw experimentErrors.logDamaged({ path, line: number, reason: 'not JSON', cause });
  }
  if (isLogLine(value)) return value;
  throw experimentErrors.logDamaged({
    path,
    line: number,
    reason: 'neither the result of an item nor a number of items',
  });
}
