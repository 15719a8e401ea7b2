import { carriedError, type KeptFile, type ServedWork, type Work } from '@understory/core';
import { queueErrors } from './errors.ts';
import { most, sentFile, type AnswerInput } from './messages.ts';

/** What became of a batch, as it is sent. */
export type Result = AnswerInput['result'];

/**
 * A place of a worker where one batch at a time is worked on. The work is opened again before an item is worked on a second time: what
 * it keeps of an item it keeps once, and the first answer may have been lost.
 */
export class Seat {
  readonly #served: ServedWork;
  readonly #signal: AbortSignal;
  readonly #done = new Set<string>();
  #work: Work | undefined;
  #kept: KeptFile[] = [];

  constructor(served: ServedWork, signal: AbortSignal) {
    this.#served = served;
    this.#signal = signal;
  }

  /** Throws what opening the work throws. */
  async open(): Promise<void> {
    this.#work ??= await this.#served.begin({
      signal: this.#signal,
      keep: ({ name, bytes }) => void this.#kept.push({ name, ...(bytes && { bytes: bytes.slice() }) }),
      onStep: () => undefined,
    });
  }

  /** What became of a batch, as it is sent. */
  async result(ids: readonly string[]): Promise<Result> {
    this.#kept = [];
    try {
      if (ids.some((id) => this.#done.has(id))) await this.close();
      await this.open();
      for (const id of ids) this.#done.add(id);
      const outcomes = await this.#work!.rows(ids);
      const answers = outcomes.map((outcome) =>
        'error' in outcome
          ? { id: outcome.item, error: carriedError(outcome.error) }
          : { id: outcome.item, rows: [...outcome.rows] },
      );
      return { answers, kept: this.#kept.map(sentFile) };
    } catch (error) {
      await this.close();
      return { failed: carriedError(error) };
    }
  }

  async close(): Promise<void> {
    const work = this.#work;
    this.#work = undefined;
    this.#done.clear();
    await work?.close().catch(() => undefined);
  }
}

/** An answer as it is sent; where it is too large, every item of it fails with RESULT_TOO_LARGE. */
export function answerText(worker: string, result: Result): string {
  const text = JSON.stringify({ worker, result } satisfies AnswerInput);
  if (text.length <= most.answer || 'failed' in result) return text;
  const error = carriedError(queueErrors.resultTooLarge({ bytes: text.length, most: most.answer }));
  return JSON.stringify({ worker, result: { answers: result.answers.map(({ id }) => ({ id, error })), kept: [] } });
}
