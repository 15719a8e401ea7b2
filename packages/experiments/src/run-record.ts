import type { Store } from '@understory/core';
import { experimentErrors, type Difference } from './errors.ts';
import { sha256Of } from './sha256-of.ts';
import { logNames } from './shard.ts';

/** What `run.json` holds: everything that the rows depend on. */
export interface RunRecord {
  /** Of the folder itself. */
  readonly format: 2;
  readonly seed: number | string;
  /** The fields of the description: model, backend, preprocessing, parameters, versions. */
  readonly [field: string]: unknown;
}

const recordName = 'run.json';

/** Said about a run beside what decides its rows, such as the spec of the study: two runs that differ in it alone are one. */
export type About = Readonly<Record<string, unknown>>;

const aboutField = 'about';

/** Throws a RangeError for a description with a field of the record's own. */
export function recordOf(
  description: Readonly<Record<string, unknown>>,
  seed: number | string,
  about?: About,
): RunRecord {
  for (const field of ['format', 'seed', aboutField]) {
    if (Object.hasOwn(description, field))
      throw new RangeError(`the description has the field "${field}", which is the record's`);
  }
  return { format: 2, ...description, seed, ...(about && { [aboutField]: about }) };
}

/**
 * Writes the record into a new folder or compares it with the one that is there; its fingerprint.
 * Throws RUN_PARAMETERS_DIFFER, RUN_RECORD_DAMAGED and RUN_FORMAT_OLD.
 */
export async function agreeOnRecord(store: Store, record: RunRecord): Promise<string> {
  const text = `${JSON.stringify(record, undefined, 2)}\n`;
  const [log] = logNames(await store.names(''));
  if (await store.create(recordName, text)) {
    if (log === undefined) return fingerprintOf(JSON.parse(text));
    // Rows that nothing says the origin of must not come to stand under this one.
    await store.remove(recordName);
    throw experimentErrors.recordDamaged({ path: store.pathOf(recordName), reason: `no such file, beside ${log}` });
  }
  const stored = await readRecord(store);
  const differences = differencesBetween(decisive(stored), decisive(JSON.parse(text)), '');
  if (differences.length > 0) throw experimentErrors.parametersDiffer({ folder: store.path, differences });
  return fingerprintOf(stored);
}

/** A few letters that stand for a record in each line of its logs: the same whatever the order of the keys. */
export function fingerprintOf(record: unknown): string {
  return sha256Of(JSON.stringify(decisive(record), inOrder)).slice(0, 8);
}

/** A record without what is only said about it. */
function decisive(record: unknown): unknown {
  if (!isObject(record)) return record;
  return Object.fromEntries(Object.entries(record).filter(([field]) => field !== aboutField));
}

function inOrder(_: string, value: unknown): unknown {
  if (!isObject(value) || Array.isArray(value)) return value;
  // Entries rather than assignments, so that a key such as __proto__ stays a key.
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** Throws RUN_NOT_FOUND, RUN_RECORD_DAMAGED or RUN_FORMAT_OLD. */
export async function readRecord(store: Store): Promise<RunRecord> {
  const text = await store.readText(recordName);
  if (text === undefined) throw experimentErrors.notFound({ folder: store.path });
  const path = store.pathOf(recordName);
  let record: unknown;
  try {
    record = JSON.parse(text);
  } catch (cause) {
    throw experimentErrors.recordDamaged({ path, reason: 'not JSON', cause });
  }
  if (isObject(record) && record['format'] === 1) throw experimentErrors.formatOld({ path });
  if (!isRecord(record)) throw experimentErrors.recordDamaged({ path, reason: 'no record of format 2 with a seed' });
  if (isDeeperThan(deepest, record))
    throw experimentErrors.recordDamaged({ path, reason: `more than ${deepest} objects and lists inside each other` });
  return record;
}

/** Records nested deeper are not written by a run, and cannot be written or compared without running out of stack. */
const deepest = 200;

function isDeeperThan(levels: number, value: unknown): boolean {
  let inside: unknown[] = [value];
  for (let level = 0; inside.length > 0; level += 1) {
    if (level > levels) return true;
    inside = inside.flatMap((each) => (isObject(each) ? Object.values(each) : []));
  }
  return false;
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
