/**
 * Remembers the last few values that were loaded, so that neighbours share one load and memory stays constant.
 * A load that fails is forgotten, and whoever waits for it sees the error.
 */
export class Recent<Key, Value> {
  readonly #values = new Map<Key, Promise<Value>>();
  readonly #load: (key: Key) => Promise<Value>;
  readonly #most: number;

  constructor(load: (key: Key) => Promise<Value>, most: number) {
    this.#load = load;
    this.#most = most;
  }

  get(key: Key): Promise<Value> {
    const value = this.#values.get(key) ?? this.#load(key);
    // Setting it again moves it to the end, where it is forgotten last.
    this.#values.delete(key);
    this.#values.set(key, value);
    for (const oldest of this.#values.keys()) {
      if (this.#values.size <= this.#most) break;
      this.#values.delete(oldest);
    }
    value.catch(() => {
      if (this.#values.get(key) === value) this.#values.delete(key);
    });
    return value;
  }
}
