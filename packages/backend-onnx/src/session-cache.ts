/** Something that holds memory outside JavaScript. */
interface Releasable {
  release(): Promise<void>;
}

/** Keeps what was opened last; the one that was not used for longest is released first, and never while it is in use. */
export class SessionCache<T extends Releasable> {
  private readonly entries = new Map<string, { readonly opened: Promise<T>; users: number }>();
  private readonly limit: number;

  constructor(limit: number) {
    this.limit = limit;
  }

  get size(): number {
    return this.entries.size;
  }

  has(key: string): boolean {
    return this.entries.has(key);
  }

  /** Keeps a session that is open already. */
  hold(key: string, session: T): void {
    this.entries.set(key, { opened: Promise.resolve(session), users: 0 });
  }

  /** Releases the session of that key, unless it is in use. */
  async drop(key: string): Promise<void> {
    const entry = this.entries.get(key);
    if (!entry || entry.users > 0) return;
    this.entries.delete(key);
    await (await entry.opened.catch(() => undefined))?.release();
  }

  /** Uses the session of that key, opened with `open` where there is none. */
  async use<R>(key: string, open: () => Promise<T>, work: (session: T) => Promise<R>): Promise<R> {
    let entry = this.entries.get(key);
    this.entries.delete(key);
    entry ??= { opened: open(), users: 0 };
    this.entries.set(key, entry);
    entry.users += 1;
    try {
      return await work(await entry.opened);
    } catch (error) {
      // A session that could not be opened must be tried again next time.
      entry.opened.catch(() => this.entries.get(key) === entry && this.entries.delete(key));
      throw error;
    } finally {
      entry.users -= 1;
      await this.trim();
    }
  }

  /** Releases everything. */
  async clear(): Promise<void> {
    const all = [...this.entries.values()];
    this.entries.clear();
    await Promise.all(all.map(async ({ opened }) => (await opened.catch(() => undefined))?.release()));
  }

  private async trim(): Promise<void> {
    for (const key of this.entries.keys()) {
      if (this.entries.size <= this.limit) return;
      await this.drop(key);
    }
  }
}
