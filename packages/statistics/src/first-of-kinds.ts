/**
 * The first so many of each kind, of all that were offered. What is first among some is first among any of them, so what belongs to the first of
 * all also did when it came.
 */
export class FirstOfKinds<Kind extends string, Candidate> {
  readonly #shown: Readonly<Record<Kind, number>>;
  readonly #compare: (kind: Kind, one: Candidate, other: Candidate) => number;
  readonly #first = new Map<Kind, readonly Candidate[]>();

  /** `compare` orders candidates of a kind, never two of them as equal. */
  constructor(
    shown: Readonly<Record<Kind, number>>,
    compare: (kind: Kind, one: Candidate, other: Candidate) => number,
  ) {
    this.#shown = shown;
    this.#compare = compare;
  }

  /** Whether it is among the first of its kind, so far. */
  offer(kind: Kind, candidate: Candidate): boolean {
    const ranked = [...(this.#first.get(kind) ?? []), candidate].sort((one, other) => this.#compare(kind, one, other));
    const first = ranked.slice(0, this.#shown[kind]);
    this.#first.set(kind, first);
    return first.includes(candidate);
  }

  /** Kinds in the order in which they were declared, of each the first. */
  chosen(): readonly { readonly kind: Kind; readonly candidate: Candidate }[] {
    return (Object.keys(this.#shown) as Kind[]).flatMap((kind) =>
      (this.#first.get(kind) ?? []).map((candidate) => ({ kind, candidate })),
    );
  }
}
