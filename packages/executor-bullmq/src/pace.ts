/** Milliseconds that a pace is of. */
const span = 60_000;

/** Counts items and knows how many there are a second. */
export class Pace {
  done = 0;
  failed = 0;
  readonly #began: number;
  readonly #now: () => number;
  /** When so many were through, at most one a second. */
  #marks: { readonly at: number; readonly count: number }[] = [];

  constructor(now = () => performance.now()) {
    this.#now = now;
    this.#began = now();
    this.#marks.push({ at: this.#began, count: 0 });
  }

  count(isFailed: boolean): void {
    if (isFailed) this.failed += 1;
    else this.done += 1;
  }

  /** Items a second in the last minute, or since the beginning; null before the first. */
  rate(): number | null {
    const now = this.#now();
    const count = this.done + this.failed;
    if (now - this.#marks.at(-1)!.at >= 1000) this.#marks.push({ at: now, count });
    while (this.#marks.length > 2 && now - this.#marks[1]!.at >= span) this.#marks.shift();
    const [first] = this.#marks;
    const seconds = (now - first!.at) / 1000;
    return count === 0 || seconds === 0 ? null : (count - first!.count) / seconds;
  }
}
