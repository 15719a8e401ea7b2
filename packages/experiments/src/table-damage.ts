import type { Store, UnderstoryError } from '@understory/core';
import { experimentErrors } from './errors.ts';
import { failuresName } from './finish-run.ts';

/**
 * Each table of a finished run that is missing or is not as it was written, as far as its ends tell: CSV has its columns first and
 * ends with a line feed, Parquet begins and ends with its mark around a footer that fits. None while the run has no summary.
 */
export async function tableDamage(store: Store): Promise<readonly UnderstoryError[]> {
  if (!(await store.names('')).includes('summary.json')) return [];
  const files = new Set(await store.names('tables'));
  const names = new Set([
    failuresName,
    ...[...files].flatMap((file) => /^([\w-]+)\.(?:csv|parquet)$/.exec(file)?.[1] ?? []),
  ]);
  const found: UnderstoryError[] = [];
  // A table of results has a name of its experiment: with none left, nothing says which.
  if (names.size === 1)
    found.push(experimentErrors.tableDamaged({ path: store.pathOf('tables'), reason: 'no table of results' }));
  for (const name of names) {
    for (const [extension, reasonFor] of Object.entries({ csv: csvReason, parquet: parquetReason })) {
      const file = `tables/${name}.${extension}`;
      const reason = files.has(`${name}.${extension}`) ? await reasonOf(store, file, reasonFor) : 'no such file';
      if (reason !== undefined) found.push(experimentErrors.tableDamaged({ path: store.pathOf(file), reason }));
    }
  }
  return found;
}

async function reasonOf(store: Store, file: string, reasonFor: (bytes: Uint8Array) => string | undefined) {
  try {
    const bytes = await store.read(file);
    return bytes === undefined ? 'no such file' : reasonFor(bytes);
  } catch (error) {
    return (error as Error).message;
  }
}

const encoder = new TextEncoder();
const firstColumn = encoder.encode('item');
const mark = encoder.encode('PAR1');

function csvReason(bytes: Uint8Array): string | undefined {
  if (!startsWith(bytes, firstColumn)) return 'no columns in its first line';
  return bytes.at(-1) === 0x0a ? undefined : 'the end is missing';
}

function parquetReason(bytes: Uint8Array): string | undefined {
  if (!startsWith(bytes, mark)) return 'not Parquet';
  // The length of the footer, then the mark again.
  const frame = mark.length + 8;
  if (bytes.length < frame || !startsWith(bytes.subarray(-mark.length), mark)) return 'the end is missing';
  const footer = new DataView(bytes.buffer, bytes.byteOffset + bytes.length - 8).getUint32(0, true);
  return footer > bytes.length - frame ? `a footer of ${footer} bytes in a file of ${bytes.length}` : undefined;
}

function startsWith(bytes: Uint8Array, start: Uint8Array): boolean {
  return start.every((byte, at) => bytes[at] === byte);
}
