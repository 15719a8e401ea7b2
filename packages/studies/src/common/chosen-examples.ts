import { seededRandom } from '@understory/core';

/** Where an item stands among those that might be examples, in [0, 1): by the seed and its id alone. */
export function exampleRank(item: string, seed: number | string): number {
  return seededRandom(seed).fork('example').fork(item).uniform();
}

/** Items in the order in which a run of that seed prefers them as examples. */
export function byExampleRank<Candidate>(
  candidates: readonly Candidate[],
  itemOf: (candidate: Candidate) => string,
  seed: number | string,
): readonly Candidate[] {
  const ranked = candidates.map((candidate) => {
    const item = itemOf(candidate);
    return { candidate, item, rank: exampleRank(item, seed) };
  });
  return ranked
    .sort((one, other) => one.rank - other.rank || (one.item < other.item ? -1 : 1))
    .map(({ candidate }) => candidate);
}

/** What becomes of an item that is offered as an example. */
export interface Offer {
  readonly isKept: boolean;
  /** The item that it takes the place of. */
  readonly dropped?: string;
}

/**
 * The items that become examples of a run: the first `most` of each kind by their rank, however many are offered and in whatever
 * order, so that neither the order of execution nor an interruption decides. Holds no more than those.
 */
export class ChosenExamples<Kind> {
  readonly #most: number;
  readonly #seed: number | string;
  readonly #items = new Map<Kind, readonly string[]>();

  constructor(most: number, seed: number | string) {
    this.#most = most;
    this.#seed = seed;
  }

  offer(item: string, kind: Kind): Offer {
    const before = this.#items.get(kind) ?? [];
    if (before.includes(item)) return { isKept: true };
    const ranked = byExampleRank([...before, item], (each) => each, this.#seed);
    const after = ranked.slice(0, this.#most);
    this.#items.set(kind, after);
    if (!after.includes(item)) return { isKept: false };
    const dropped = before.find((each) => !after.includes(each));
    return { isKept: true, ...(dropped !== undefined && { dropped }) };
  }
}
