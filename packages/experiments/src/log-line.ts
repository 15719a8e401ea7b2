import { experimentErrors, type Failure } from './errors.ts';
import { sha256Of } from './sha256-of.ts';
import { decodeUtf8 } from './bytes.ts';

/** One line of a log: what came of an item, or how many items there are, which is known at the end of the stream. */
export type LogLine =
  | { readonly item: string; readonly at: number; readonly rows: readonly unknown[] }
  | { readonly item: string; readonly at: number; readonly error: Failure }
  | { readonly items: number };

/** What closes a line: a checksum of all that stands before it. */
const seal = (sum: string) => `,"sum":"${sum}"}`;
const sumLength = 16;
const sealLength = seal('').length + sumLength;

/** A line of the log of the run with that fingerprint, closed by its checksum. */
export function encodeLine(line: LogLine, run: string): string {
  const body = JSON.stringify({ ...line, run });
  return `${body.slice(0, -1)}${seal(sumOf(body))}`;
}

export type DecodedLine = { readonly line: LogLine; readonly sum: string } | { readonly reason: string };

/** A line of the log of the run with that fingerprint, or why it is none. */
export function decodeLine(bytes: Uint8Array, run: string): DecodedLine {
  let value: unknown;
  let text: string;
  try {
    text = decodeUtf8(bytes);
    value = JSON.parse(text);
  } catch {
    return { reason: 'not JSON' };
  }
  if (!isLogLine(value)) return { reason: 'neither the result of an item nor a number of items' };
  const sum = text.slice(-(sumLength + 2), -2);
  if (!/^[0-9a-f]+$/.test(sum) || text.slice(-sealLength) !== seal(sum)) return { reason: 'a line without a checksum' };
  if (sumOf(`${text.slice(0, -sealLength)}}`) !== sum) {
    return { reason: 'a line that was changed after it was written: its checksum does not fit' };
  }
  if ((value as { readonly run?: unknown }).run !== run) {
    return { reason: 'a line of another run, written under other parameters than run.json has' };
  }
  return { line: value, sum };
}

function sumOf(body: string): string {
  return sha256Of(body).slice(0, sumLength);
}

function isLogLine(value: unknown): value is LogLine {
  const { item, at, rows, error, items } = (value ?? {}) as Record<string, unknown>;
  if (items !== undefined) return isCount(items);
  if (typeof item !== 'string' || !isCount(at)) return false;
  if (error === undefined) return Array.isArray(rows);
  const { code, message } = (error ?? {}) as Record<string, unknown>;
  return typeof code === 'string' && typeof message === 'string';
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/**
 * Rows as JSON keeps them, typed arrays as lists and fields that are undefined left out.
 * Throws ROW_NOT_STORABLE for what would come back as something else, such as NaN.
 */
export function storableRows(rows: readonly unknown[]): readonly unknown[] {
  return rows.map((row, place) => storable(row, `rows[${place}]`));
}

function storable(value: unknown, place: string): unknown {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      if (Number.isFinite(value)) return value;
      throw experimentErrors.rowNotStorable({ place, found: String(value) });
    case 'object':
      return value === null ? null : storableObject(value, place);
    default:
      throw experimentErrors.rowNotStorable({ place, found: value === undefined ? 'undefined' : `a ${typeof value}` });
  }
}

function storableObject(value: object, place: string): unknown {
  if (Array.isArray(value)) return value.map((entry, at) => storable(entry, `${place}[${at}]`));
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) {
    return Array.from(value as unknown as Iterable<unknown>, (entry, at) => storable(entry, `${place}[${at}]`));
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  // Judged by the name, because plain objects of another realm have another prototype.
  const kind = prototype === null ? 'Object' : value.constructor?.name;
  if (kind !== 'Object') throw experimentErrors.rowNotStorable({ place, found: `a ${kind ?? 'nameless object'}` });
  const entries = Object.entries(value).filter(([, entry]) => entry !== undefined);
  return Object.fromEntries(entries.map(([key, entry]) => [key, storable(entry, `${place}.${key}`)]));
}
