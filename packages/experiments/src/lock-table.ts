import type { LockRequest, StoreLock } from '@understory/core';
import { experimentErrors } from './errors.ts';

/** The locks of a store whose users all share the memory of this process; they end with it. */
export class LockTable {
  readonly #held = new Map<string, object>();
  readonly #pathOf: (name: string) => string;

  constructor(pathOf: (name: string) => string) {
    this.#pathOf = pathOf;
  }

  /** Throws RUN_LOCKED where a lock is held that may not stand beside it. */
  take({ name, beside }: LockRequest): StoreLock {
    const path = this.#pathOf(name);
    for (const other of this.#held.keys()) {
      if (other !== name && beside(other)) continue;
      throw experimentErrors.locked({ path: this.#pathOf(other), holder: 'this process', endsWithHolder: true });
    }
    const token = {};
    this.#held.set(name, token);
    const isHeld = () => this.#held.get(name) === token;
    return {
      async check() {
        if (!isHeld()) throw experimentErrors.lockLost({ path });
      },
      release: async () => {
        if (isHeld()) this.#held.delete(name);
      },
    };
  }
}
