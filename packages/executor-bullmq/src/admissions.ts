import { carriedError, restoredError, type WorkProof } from '@understory/core';
import type { Redis } from 'ioredis';
import { queueErrors } from './errors.ts';
import { keysOf } from './keys.ts';
import { hello, read, type Hello } from './messages.ts';
import { differencesBetween } from './proof.ts';

export interface AdmissionsOptions {
  readonly client: Redis;
  readonly id: string;
  readonly proof: WorkProof;
  readonly onNotice: (notice: string | Error) => void;
}

/** Looks at what workers show before they get work: one whose proof is another is told, and so is the user. */
export class Admissions {
  readonly #options: AdmissionsOptions;
  readonly #workers = new Map<string, 'admitted' | 'refused'>();

  constructor(options: AdmissionsOptions) {
    this.#options = options;
  }

  /** Answers those who have shown something since. */
  async look(): Promise<void> {
    const { client, id, onNotice } = this.#options;
    const { hellos, verdicts } = keysOf(id);
    for (const text of (await client.lpop(hellos, 100)) ?? []) {
      let message: Hello;
      try {
        message = read(hello, text, 'What a worker shows');
      } catch (error) {
        onNotice(error as Error);
        continue;
      }
      const { worker, host } = message;
      const refusal = this.#refusalOf(message);
      const answer = refusal === undefined ? { isAdmitted: true } : { refused: carriedError(refusal) };
      await client.hset(verdicts, worker, JSON.stringify(answer));
      const state = refusal === undefined ? 'admitted' : 'refused';
      if (this.#workers.get(worker) === state) continue;
      this.#workers.set(worker, state);
      onNotice(refusal ?? `worker ${worker} on ${host} joins in`);
    }
  }

  /** The names of those that were let in, and of those that were not or withdrew. */
  workers(): { readonly admitted: readonly string[]; readonly turnedAway: readonly string[] } {
    const named = (wanted: string) => [...this.#workers].flatMap(([name, state]) => (state === wanted ? [name] : []));
    return { admitted: named('admitted'), turnedAway: named('refused') };
  }

  #refusalOf({ worker, shows }: Hello): Error | undefined {
    if ('withdrew' in shows) return restoredError(shows.withdrew);
    if ('failed' in shows) return queueErrors.workerCannotOpen({ worker, cause: restoredError(shows.failed) });
    const differences = differencesBetween(this.#options.proof, shows.proof);
    return differences.length === 0 ? undefined : queueErrors.workerDiffers({ worker, differences });
  }
}
