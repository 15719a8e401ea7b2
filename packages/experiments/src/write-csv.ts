import type { Sink } from '@understory/core';
import type { Column } from './table.ts';
import { encodeUtf8 } from './bytes.ts';

/**
 * Writes records as CSV (RFC 4180, lines end with a line feed): a missing value is nothing, an empty text is `""`, numbers keep
 * every digit, lists and objects are JSON.
 */
export async function writeCsv(
  sink: Sink,
  columns: readonly Column[],
  records: AsyncIterable<Readonly<Record<string, unknown>>>,
): Promise<void> {
  let lines = [columns.map(({ name }) => field(name)).join(',')];
  const flush = async () => {
    await sink(encodeUtf8(`${lines.join('\n')}\n`));
    lines = [];
  };
  for await (const record of records) {
    lines.push(columns.map(({ name }) => field(record[name])).join(','));
    if (lines.length >= 1000) await flush();
  }
  if (lines.length > 0) await flush();
}

function field(value: unknown): string {
  if (value === null || value === undefined) return '';
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  return text === '' || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
