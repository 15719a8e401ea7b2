import type { AppendableFile } from '@understory/core';
import { encodeLine, type LogLine } from './log-line.ts';
import { encodeUtf8 } from './bytes.ts';

/**
 * The append-only log of a run. Lines wait while those before them are flushed and then go to the disk together, so that the
 * batch grows with the speed of the results and no line waits longer than two flushes.
 */
export class RowLog {
  readonly #file: AppendableFile;
  readonly #run: string;
  readonly #beforeEachBatch: () => Promise<void>;
  #waiting: string[] = [];
  #flushing: Promise<void> | undefined;
  #failure: { readonly error: unknown } | undefined;

  /** `run` is the fingerprint of the record. */
  constructor(file: AppendableFile, run: string, beforeEachBatch: () => Promise<void>) {
    this.#file = file;
    this.#run = run;
    this.#beforeEachBatch = beforeEachBatch;
  }

  /** Returns at once unless much is waiting; throws what went wrong with an earlier batch. */
  async append(line: LogLine): Promise<void> {
    this.#throwFailure();
    this.#waiting.push(`${encodeLine(line, this.#run)}\n`);
    this.#flushing ??= this.#flush();
    if (this.#waiting.length >= 64) await this.drain();
  }

  /** Returns when every line appended would survive a loss of power; throws where one would not. */
  async drain(): Promise<void> {
    await this.#flushing;
    this.#throwFailure();
  }

  async close(): Promise<void> {
    await this.#flushing;
    await this.#file.close();
  }

  async #flush(): Promise<void> {
    try {
      while (this.#waiting.length > 0) {
        await this.#beforeEachBatch();
        const batch = this.#waiting;
        this.#waiting = [];
        await this.#file.append(encodeUtf8(batch.join('')));
        await this.#file.flush();
      }
    } catch (error) {
      this.#failure = { error };
    }
    this.#flushing = undefined;
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }
}
