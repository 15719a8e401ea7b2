import { seededRandom } from '@understory/core';

/** What decides whether a picture is an example. */
export interface Candidate {
  readonly item: string;
  /** Change of the logit. */
  readonly gain: number;
  /** Uniform in [0, 1), by the picture's id. */
  readonly lot: number;
}

/** Of each kind. */
const shown = 3;

/** Kinds of examples: the first in each order are shown. */
const kinds = {
  gained: (one: Candidate, other: Candidate) => other.gain - one.gain,
  lost: (one: Candidate, other: Candidate) => one.gain - other.gain,
  random: (one: Candidate, other: Candidate) => one.lot - other.lot,
};

export type Kind = keyof typeof kinds;

/** The lot of a picture in a run of that seed. */
export function lotOf(item: string, seed: number): number {
  return seededRandom(seed).fork('example').fork(item).uniform();
}

/**
 * The pictures that gained most, that lost most, and a few at random, of all that were offered: so many, however many come.
 * What is first among some pictures is first among any of them, so what belongs to the first of a whole run also did when it came.
 */
export class Examples<C extends Candidate> {
  readonly #first: Record<Kind, C[]> = { gained: [], lost: [], random: [] };

  /** Whether it is among the first of some kind, so far. */
  offer(candidate: C): boolean {
    let taken = false;
    for (const [kind, order] of Object.entries(kinds) as [Kind, (typeof kinds)[Kind]][]) {
      const ranked = [...this.#first[kind], candidate].sort(
        (one, other) => order(one, other) || (one.item < other.item ? -1 : 1),
      );
      this.#first[kind] = ranked.slice(0, shown);
      taken ||= this.#first[kind].includes(candidate);
    }
    return taken;
  }

  /** Each once: those that gained, those that lost, then those by lot; a picture gained or lost only where its logit did. */
  chosen(): readonly { readonly kind: Kind; readonly candidate: C }[] {
    const { gained, lost, random } = this.#first;
    const all = [
      ...gained.filter(({ gain }) => gain > 0).map((candidate) => ({ kind: 'gained' as const, candidate })),
      ...lost.filter(({ gain }) => gain < 0).map((candidate) => ({ kind: 'lost' as const, candidate })),
      ...random.map((candidate) => ({ kind: 'random' as const, candidate })),
    ];
    return all.filter(({ candidate }, at) => all.findIndex((each) => each.candidate.item === candidate.item) === at);
  }
}
