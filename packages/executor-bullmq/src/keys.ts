import type { Redis } from 'ioredis';

/** In front of every key; in braces, so that a cluster keeps them on one machine. */
export const prefix = '{understory}';

/** Keys that belong to no study. */
export const commonKeys = {
  /** A set: the ids of studies. */
  studies: `${prefix}:studies`,
  /** A set: the names of workers. */
  workers: `${prefix}:workers`,
  /** What a worker says of itself; it expires. */
  worker: (name: string) => `${prefix}:worker:${name}`,
};

/** Keys of a study beside those that BullMQ has for the queue of its name; all begin with the same letters. */
export function keysOf(id: string) {
  const own = `${prefix}:${id}`;
  return {
    /** What is handed out; it expires soon after its process. */
    open: `${own}:open`,
    /** How far it is. */
    progress: `${own}:progress`,
    /** A list: what workers show of it. */
    hellos: `${own}:hellos`,
    /** A hash: what each worker is told. */
    verdicts: `${own}:verdicts`,
    /**
     * A hash: the worker that began each job that is under way. BullMQ's own field names the one that took it last, which for a job whose
     * worker is gone is another that only says so.
     */
    holders: `${own}:holders`,
    /** A list: the jobs that have an answer. */
    done: `${own}:done`,
    answer: (job: string) => `${own}:answer:${job}`,
    job: (job: string) => `${own}:${job}`,
  };
}

/** Removes everything of a study. */
export async function removeKeysOf(client: Redis, id: string): Promise<void> {
  let cursor = '0';
  do {
    const [next, keys] = await client.scan(cursor, 'MATCH', `${prefix}:${id}:*`, 'COUNT', 1000);
    if (keys.length > 0) await client.unlink(...keys);
    cursor = next;
  } while (cursor !== '0');
}

/** Removes studies whose processes are gone, once they have been missing for some time. */
export class Janitor {
  readonly #client: Redis;
  readonly #patience: number;
  readonly #missing = new Map<string, number>();

  /** `patience` in milliseconds. */
  constructor(client: Redis, patience: number) {
    this.#client = client;
    this.#patience = patience;
  }

  async look(): Promise<void> {
    const now = performance.now();
    const [studies, workers] = await Promise.all([
      this.#client.smembers(commonKeys.studies),
      this.#client.smembers(commonKeys.workers),
    ]);
    for (const id of studies) {
      const { open } = keysOf(id);
      if ((await this.#isThere(open)) || !this.#isOver(open, now)) continue;
      await removeKeysOf(this.#client, id);
      await this.#client.srem(commonKeys.studies, id);
    }
    for (const name of workers) {
      if ((await this.#isThere(commonKeys.worker(name))) || !this.#isOver(commonKeys.worker(name), now)) continue;
      await this.#client.srem(commonKeys.workers, name);
    }
  }

  async #isThere(key: string): Promise<boolean> {
    if ((await this.#client.exists(key)) === 0) return false;
    this.#missing.delete(key);
    return true;
  }

  #isOver(key: string, now: number): boolean {
    const since = this.#missing.get(key) ?? now;
    this.#missing.set(key, since);
    if (now - since < this.#patience) return false;
    this.#missing.delete(key);
    return true;
  }
}
