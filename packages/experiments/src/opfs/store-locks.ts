import type { LockRequest, StoreLock } from '@understory/core';
import { experimentErrors } from '../errors.ts';
import { LockTable } from '../lock-table.ts';
import type { LockManager } from './handles.ts';

/** How the tabs and workers of an origin keep out of each other's way in a store. */
export interface StoreLocks {
  /** Throws RUN_LOCKED. */
  lock(request: LockRequest): Promise<StoreLock>;
  /** Does `work` while nobody else does work of that name; waits for its turn. */
  alone<Result>(name: string, work: () => Promise<Result>): Promise<Result>;
}

/** Locks that the browser keeps for all tabs and workers; one ends with its tab or worker. `path` tells stores apart. */
export function sharedLocks(manager: LockManager, path: string, pathOf: (name: string) => string): StoreLocks {
  const prefix = `understory ${path} `;
  const suffix = '.lock';
  const locked = (name: string) =>
    experimentErrors.locked({ path: pathOf(name), holder: 'another tab or worker, or this one', endsWithHolder: true });
  return {
    async lock({ name, beside }) {
      const held = await hold(manager, `${prefix}${name}${suffix}`);
      if (held === undefined) throw locked(`${name}${suffix}`);
      // Looked at after the own lock is held: of two that start at once, both may give up, but never do both go on.
      const others = ((await manager.query()).held ?? [])
        .flatMap(({ name: full = '' }) => (full.startsWith(prefix) ? [full.slice(prefix.length)] : []))
        .filter((other) => other.endsWith(suffix) && other !== `${name}${suffix}`);
      const excluding = others.find((other) => !beside(other.slice(0, -suffix.length)));
      if (excluding !== undefined) {
        await held.release();
        throw locked(excluding);
      }
      return {
        async check() {
          if (held.isLost()) throw experimentErrors.lockLost({ path: pathOf(`${name}${suffix}`) });
        },
        release: () => held.release(),
      };
    },
    alone: (name, work) => manager.request(`${prefix}${name}`, {}, work),
  };
}

/** Holds a lock of the browser until it is released; undefined where somebody else holds it. */
async function hold(
  manager: LockManager,
  name: string,
): Promise<{ readonly isLost: () => boolean; readonly release: () => Promise<void> } | undefined> {
  let lost = false;
  let release: () => void = () => undefined;
  let ended: Promise<void> = Promise.resolve();
  const granted = await new Promise<boolean>((resolve, reject) => {
    ended = manager
      .request(name, { ifAvailable: true }, async (lock) => {
        if (lock !== null) await new Promise<void>((done) => (resolve(true), void (release = done)));
        else resolve(false);
      })
      .catch((error: unknown) => {
        // Stolen, or not to be had at all, which is told by whoever waits for it.
        lost = true;
        reject(error);
      });
  });
  if (!granted) return undefined;
  return {
    isLost: () => lost,
    async release() {
      release();
      await ended;
    },
  };
}

const tables = new Map<string, LockTable>();
const queues = new Map<string, Promise<unknown>>();

/** For browsers without such locks: they hold within this tab or worker. */
export function ownLocks(path: string, pathOf: (name: string) => string): StoreLocks {
  const table = tables.get(path) ?? new LockTable((name) => pathOf(`${name}.lock`));
  tables.set(path, table);
  return {
    lock: async (request) => table.take(request),
    alone(name, work) {
      const key = `${path} ${name}`;
      const turn = (queues.get(key) ?? Promise.resolve()).then(work);
      queues.set(
        key,
        turn.catch(() => undefined),
      );
      return turn;
    },
  };
}
