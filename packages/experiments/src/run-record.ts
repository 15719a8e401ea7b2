import { createHash } from 'node:crypto';
import { experimentErrors, type Difference } from './errors.ts';
import { logNames } from './shard.ts';
import type { RunFolder } from './run-folder.ts';

/** What `run.json` holds: everything that the rows depend on. */
export interface RunRecord {
  /** Of the folder itself. */
  readonly format: 2;
  readonly seed: number | string;
  /** The fields of the description: model, backend, preprocessing, parameters, versions. */
  readonly [field: string]: unknown;
}

export const recordName = 'run.json';

/** Throws a RangeError for a description with a field of the record's own. */
export function recordOf(description: Readonly<Record<string, unknown>>, seed: number | string): RunRecord {
  for (const field of ['format', 'seed']) {
    if (Object.hasOwn(description, field))
      throw new RangeError(`the description has the field "${field}", which is the record's`);
  }
  return { format: 2, ...description, seed };
}

/**
 * Writes the record into a new folder or compares it with the one that is there; its fingerprint.
 * Throws RUN_PARAMETERS_DIFFER, RUN_RECORD_DAMAGED and RUN_FORMAT_OLD.
 */
export async function agreeOnRecord(folder: RunFolder, record: RunRecord): Promise<string> {
  const text = `${JSON.stringify(record, undefined, 2)}\n`;
  const [log] = logNames(await folder.list());
  if (await folder.create(recordName, text)) {
    if (log === undefined) return fingerprintOf(JSON.parse(text));
    // Rows that nothing says the origin of must not come to stand under this one.
    await folder.remove(recordName);
    throw experimentErrors.recordDamaged({ path: folder.pathOf(recordName), reason: `no such file, beside ${log}` });
  }
  const stored = await readRecord(folder);
  const differences = differencesBetween(stored, JSON.parse(text), '');
  if (differences.length > 0) throw experimentErrors.parametersDiffer({ folder: folder.path, differences });
  return fingerprintOf(stored);
}

/** A few letters that stand for a record in each line of its logs: the same whatever the order of the keys. */
export function fingerprintOf(record: unknown): string {
  return createHash('sha256').update(JSON.stringify(record, inOrder)).digest('hex').slice(0, 8);
}

function inOrder(_: string, value: unknown): unknown {
  if (!isObject(value) || Array.isArray(value)) return value;
  // Entries rather than assignments, so that a key such as __proto__ stays a key.
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** Throws RUN_NOT_FOUND, RUN_RECORD_DAMAGED or RUN_FORMAT_OLD. */
export async function readRecord(folder: RunFolder): Promise<RunRecord> {
  const text = await folder.read(recordName);
  if (text === undefined) throw experimentErrors.notFound({ folder: folder.path });
  const path = folder.pathOf(recordName);
  let record: unknown;
  try {
    record = JSON.parse(text);
  } catch (cause) {
    throw experimentErrors.recordDamaged({ path, reason: 'not JSON', cause });
  }
  if (isObject(record) && record['format'] === 1) throw experimentErrors.formatOld({ path });
  if (!isRecord(record)) throw experimentErrors.recordDamaged({ path, reason: 'no record of format 2 with a seed' });
  return record;
}

function isRecord(value: unknown): value is RunRecord {
  const { format, seed } = (value ?? {}) as Record<string, unknown>;
  return format === 2 && (typeof seed === 'number' || typeof seed === 'string');
}

function differencesBetween(stored: unknown, now: unknown, key: string): readonly Difference[] {
  if (isObject(stored) && isObject(now) && Array.isArray(stored) === Array.isArray(now)) {
    const keys = [...new Set([...Object.keys(stored), ...Object.keys(now)])];
    return keys.flatMap((name) =>
      differencesBetween(stored[name], now[name], inside(key, name, Array.isArray(stored))),
    );
  }
  return Object.is(stored, now) ? [] : [{ key, stored: shown(stored), now: shown(now) }];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function inside(key: string, name: string, list: boolean): string {
  if (list) return `${key}[${name}]`;
  return key === '' ? name : `${key}.${name}`;
}

function shown(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value);
}
