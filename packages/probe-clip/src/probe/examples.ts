import { FirstOfKinds } from '@understory/statistics';
import { controlKind, isSpatial } from './kinds.ts';
import { read } from './reading.ts';
import type { CaptionRow } from './row.ts';

/** What decides whether a picture is an example. */
export interface Candidate {
  readonly row: CaptionRow;
  /** By how much the picture speaks for the true captions, in the model's units. */
  readonly evidence: number;
}

/** The clearest failures, and for comparison the clearest successes. */
export const kinds = ['failed', 'succeeded'] as const;

export type Kind = (typeof kinds)[number];

/** The tests in which the picture speaks most clearly against the true captions, and for them; one test an image of each kind. */
export class Examples {
  readonly #first = new FirstOfKinds<Kind, Candidate>({ failed: 4, succeeded: 2 }, compare);

  /** The test of an image that could be an example, of the first of each kind: of space where any is, else of all but the control. */
  of(kind: Kind, all: readonly CaptionRow[]): Candidate | undefined {
    const rows = all.filter((row, at) => all.findIndex((each) => each.kind === row.kind) === at);
    const about = [rows.filter((row) => isSpatial(row.kind)), rows.filter((row) => row.kind !== controlKind), rows];
    const candidates = about
      .find((some) => some.length > 0)
      ?.map((row) => ({ row, evidence: read(row).evidence }))
      .filter(({ evidence }) => (kind === 'failed' ? evidence < 0 : evidence > 0));
    return candidates?.sort((one, other) => compare(kind, one, other))[0];
  }

  /** Whether it is among the first of its kind, so far. */
  offer(kind: Kind, candidate: Candidate): boolean {
    return this.#first.offer(kind, candidate);
  }

  chosen(): readonly { readonly kind: Kind; readonly candidate: Candidate }[] {
    return this.#first.chosen();
  }
}

function compare(kind: Kind, one: Candidate, other: Candidate): number {
  const clearer = kind === 'failed' ? one.evidence - other.evidence : other.evidence - one.evidence;
  return (
    clearer || (one.row.item < other.row.item ? -1 : one.row.item > other.row.item ? 1 : one.row.test - other.row.test)
  );
}
