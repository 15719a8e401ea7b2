import type { Redis } from 'ioredis';
import type { Admissions } from './admissions.ts';
import { queueErrors } from './errors.ts';
import { commonKeys } from './keys.ts';

export interface AttendanceOptions {
  readonly client: Redis;
  readonly admissions: Admissions;
  /** Where Redis is, for people. */
  readonly shown: string;
  readonly onNotice: (notice: string) => void;
  /** Milliseconds between two looks. */
  readonly beat: number;
  /** Milliseconds without a worker after which that is said. */
  readonly patience: number;
  /** Milliseconds without a worker after which the work ends; 0 for never. */
  readonly limit: number;
  /** Ends the work. */
  readonly end: (error: Error) => void;
  /** In milliseconds. */
  readonly now?: () => number;
}

/** Sees to it that nobody waits without knowing that no worker takes part: it is said once, and ends the work where there is a limit. */
export class Attendance {
  readonly #options: AttendanceOptions;
  readonly #now: () => number;
  #looked: number;
  /** Milliseconds without a worker; a time in which Redis was away, or this process asleep, does not count. */
  #alone = 0;
  #isTold = false;

  constructor(options: AttendanceOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
    this.#looked = this.#now();
  }

  async look(): Promise<void> {
    const { client, admissions, shown, onNotice, beat, patience, limit, end } = this.#options;
    const { admitted, turnedAway } = admissions.workers();
    // Redis is asked in any case: with Redis away there is no answer, and nothing counts.
    const names = admitted.map((name) => commonKeys.worker(name));
    const there = names.length === 0 ? await client.ping().then(() => 0) : await client.exists(...names);
    const now = this.#now();
    const passed = Math.min(now - this.#looked, 2 * beat);
    this.#looked = now;
    if (there > 0) {
      [this.#alone, this.#isTold] = [0, false];
      return;
    }
    this.#alone += passed;
    const others = turnedAway.length === 0 ? '' : `; ${turnedAway.length} got none of it, or take no more of it`;
    if (!this.#isTold && this.#alone >= patience) {
      this.#isTold = true;
      onNotice(`no worker takes part at the time${others}; the work waits for one to be started with ${shown}`);
    }
    if (limit > 0 && this.#alone >= limit) {
      end(queueErrors.noWorker({ address: shown, seconds: Math.round(this.#alone / 1000), others }));
    }
  }
}
