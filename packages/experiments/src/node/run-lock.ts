import { randomUUID } from 'node:crypto';
import type { LockRequest, Store, StoreLock } from '@understory/core';
import { experimentErrors } from '../errors.ts';
import { hasEnded, thisProcess, type ProcessIdentity } from './process-identity.ts';

/** What a lock asks of the store that it lies in. */
type Files = Pick<Store, 'create' | 'names' | 'pathOf' | 'readText' | 'remove' | 'write'>;

interface Holder extends ProcessIdentity {
  readonly token: string;
}

const suffix = '.lock';
const claimed = '.claim.tmp';

/** Locks that this process holds: one with its number that is not among them was left by an earlier process. */
const held = new Set<string>();

/**
 * Takes the lock `name` or throws RUN_LOCKED; a lock whose process has ended is taken over.
 * `beside` says which other locks of the folder may be held at the same time. A lock file appears with its contents, so that
 * nobody reads half of one. Advisory locks of the system would be simpler, but Node has none, and locks kept alive by a timer
 * look abandoned while a network blocks the event loop.
 */
export async function acquireLock(folder: Files, { name, beside }: LockRequest): Promise<StoreLock> {
  const file = `${name}${suffix}`;
  const token = randomUUID();
  const text = `${JSON.stringify({ ...(await thisProcess()), token } satisfies Holder)}\n`;
  held.add(token);
  const lock: StoreLock = {
    async check() {
      if (tokenIn(await folder.readText(file)) !== token)
        throw experimentErrors.lockLost({ path: folder.pathOf(file) });
    },
    async release() {
      held.delete(token);
      if (tokenIn(await folder.readText(file)) === token) await folder.remove(file);
    },
  };
  try {
    await seize(folder, { file, text, claims: file });
    // Looked at after the own lock is there: of two processes that start at once, both may give up, but never do both go on.
    for (const other of await folder.names('')) {
      if (other === file || !other.endsWith(suffix) || beside(other.slice(0, -suffix.length))) continue;
      await requireEnded(folder, other);
    }
  } catch (error) {
    await lock.release().catch(() => undefined);
    throw error;
  }
  return lock;
}

/** Removes the locks of processes that have ended, for who holds a lock that excludes all others. */
export async function removeAbandonedLocks(folder: Files): Promise<void> {
  for (const file of await folder.names('')) {
    if (!file.endsWith(suffix)) continue;
    const holder = holderIn(await folder.readText(file));
    if (holder !== undefined && (await isAbandoned(holder))) await folder.remove(file);
  }
}

/**
 * Makes `file` this process's or throws RUN_LOCKED. An abandoned one is replaced by who holds the claim on it, a file named after
 * its token: of many that find it abandoned one gets the claim, and who comes late finds another token in its place.
 */
async function seize(
  folder: Files,
  { file, text, claims }: { readonly file: string; readonly text: string; readonly claims: string },
): Promise<void> {
  while (!(await folder.create(file, text))) {
    const abandoned = await requireEnded(folder, file);
    if (abandoned === undefined) continue;
    const claim = `${claims}.${abandoned.token}${claimed}`;
    // The claim itself may have been abandoned.
    await seize(folder, { file: claim, text, claims });
    try {
      if (tokenIn(await folder.readText(file)) !== abandoned.token) continue;
      await folder.write(file, text);
      return;
    } finally {
      await folder.remove(claim);
    }
  }
}

/** The holder whose process has ended, undefined where the lock is gone by now; throws RUN_LOCKED for one that may still run. */
async function requireEnded(folder: Files, file: string): Promise<Holder | undefined> {
  const text = await folder.readText(file);
  if (text === undefined) return undefined;
  const holder = holderIn(text);
  if (holder !== undefined && (await isAbandoned(holder))) return holder;
  const path = folder.pathOf(file);
  if (holder === undefined) throw experimentErrors.locked({ path, holder: 'a process that cannot be told' });
  throw experimentErrors.locked({ path, holder: `process ${holder.pid} on ${holder.host}` });
}

async function isAbandoned(holder: Holder): Promise<boolean> {
  if (held.has(holder.token)) return false;
  const { pid, host } = await thisProcess();
  return (holder.pid === pid && holder.host === host) || hasEnded(holder);
}

function tokenIn(text: string | undefined): string | undefined {
  return holderIn(text)?.token;
}

function holderIn(text: string | undefined): Holder | undefined {
  try {
    const holder: unknown = JSON.parse(text ?? '');
    return isHolder(holder) ? holder : undefined;
  } catch {
    return undefined;
  }
}

function isHolder(value: unknown): value is Holder {
  const { pid, host, started, token } = (value ?? {}) as Partial<Record<keyof Holder, unknown>>;
  const identified = Number.isInteger(pid) && typeof host === 'string' && typeof token === 'string';
  return identified && (started === null || typeof started === 'string');
}
