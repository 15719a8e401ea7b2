interface Entry<T> {
  readonly key: readonly unknown[];
  readonly made: Promise<T>;
  users: number;
  dropped: boolean;
}

/** Keeps what was made last, and closes it when something else is asked for and nobody uses it any more. */
export class Latest<T> {
  readonly #close: (thing: T) => Promise<void>;
  #entry: Entry<T> | undefined;

  constructor(close: (thing: T) => Promise<void>) {
    this.#close = close;
  }

  /** Uses the thing of that key, made with `make` where it is not the one that was made last. */
  async use<R>(key: readonly unknown[], make: () => Promise<T>, work: (thing: T) => Promise<R>): Promise<R> {
    const kept = this.#entry;
    const isSame = kept !== undefined && sameKey(kept.key, key);
    const entry: Entry<T> = isSame ? kept : { key, made: make(), users: 0, dropped: false };
    entry.users += 1;
    const dropping = isSame ? undefined : this.clear();
    this.#entry = entry;
    try {
      const [thing] = await Promise.all([entry.made, dropping]);
      return await work(thing);
    } catch (failure) {
      // What could not be made must be tried again next time.
      entry.made.catch(() => this.#entry === entry && (this.#entry = undefined));
      throw failure;
    } finally {
      entry.users -= 1;
      await this.#closeUnused(entry);
    }
  }

  /** Closes what is kept, as soon as nobody uses it. */
  async clear(): Promise<void> {
    const entry = this.#entry;
    if (entry === undefined) return;
    this.#entry = undefined;
    entry.dropped = true;
    await this.#closeUnused(entry);
  }

  async #closeUnused(entry: Entry<T>): Promise<void> {
    if (!entry.dropped || entry.users > 0) return;
    entry.dropped = false;
    const thing = await entry.made.catch(() => undefined);
    if (thing !== undefined) await this.#close(thing);
  }
}

function sameKey(left: readonly unknown[], right: readonly unknown[]): boolean {
  return left.length === right.length && left.every((part, at) => part === right[at]);
}
