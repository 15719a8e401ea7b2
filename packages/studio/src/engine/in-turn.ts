/** Does pieces of work one after the other. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  /** Waits for its turn; gives it up where the signal is aborted before that. */
  take<Result>(work: () => Promise<Result>, signal?: AbortSignal): Promise<Result> {
    const turn = this.#last.then(() => {
      signal?.throwIfAborted();
      return work();
    });
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}
