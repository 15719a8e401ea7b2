import type { Store, UnderstoryError } from '@understory/core';
import { joined } from './bytes.ts';
import { experimentErrors } from './errors.ts';
import { decodeLine, type LogLine } from './log-line.ts';

/** A line of a log with the bytes that it takes, its line feed left out. */
export interface PlacedLine {
  readonly line: LogLine;
  /** Its checksum. */
  readonly sum: string;
  readonly offset: number;
  readonly length: number;
  /** Counted from 1. */
  readonly number: number;
}

const lineFeed = 10;

/** What is done with a damaged line: throw its error, or take note of it and go on without the line. */
export type OnDamage = (error: UnderstoryError) => void;

/** Which log is read, and as the log of which run. */
export interface LogToRead {
  readonly name: string;
  /** The fingerprint of its record. */
  readonly run: string;
  readonly onDamage: OnDamage;
}

/**
 * The whole lines of a log in order, handed to `each`; how many bytes they take. What follows the last line feed was torn off
 * by a crash and is left out. Nothing where there is no such file. A whole line that this run did not write so is damage.
 */
export async function readLog(
  store: Store,
  { name, run, onDamage }: LogToRead,
  each: (placed: PlacedLine) => void,
): Promise<number> {
  const file = await store.openToRead(name);
  if (file === undefined) return 0;
  try {
    const buffer = new Uint8Array(1 << 20);
    let pieces: Uint8Array[] = [];
    let [offset, position, number] = [0, 0, 0];
    for (let count = await file.read(buffer, 0); count > 0; count = await file.read(buffer, position)) {
      let start = 0;
      for (let end = buffer.indexOf(lineFeed); end !== -1 && end < count; end = buffer.indexOf(lineFeed, start)) {
        const bytes = joined([...pieces, buffer.subarray(start, end)]);
        pieces = [];
        number += 1;
        const decoded = decodeLine(bytes, run);
        if ('line' in decoded) each({ ...decoded, offset, length: bytes.length, number });
        else onDamage(experimentErrors.logDamaged({ path: store.pathOf(name), line: number, reason: decoded.reason }));
        start = end + 1;
        offset = position + start;
      }
      pieces.push(buffer.slice(start, count));
      position += count;
    }
    return offset;
  } finally {
    await file.close();
  }
}
