import { FirstOfKinds } from '@understory/statistics';
import { sameThing } from './boxes.ts';
import { read } from './reading.ts';
import type { QuestionRow } from './row.ts';

/** What decides whether a picture is an example. */
export interface Candidate {
  readonly row: QuestionRow;
  /** How clear an example it is. */
  readonly weight: number;
}

/** Of each kind so many: the paper's Figure 6, questions about places that fail and that succeed. */
const shown = { boxed: 3, failed: 3, succeeded: 2 };

export type Kind = keyof typeof shown;

export const kinds = Object.keys(shown) as readonly Kind[];

/** The clearest questions of each kind; one an image of each. */
export class Examples {
  readonly #first = new FirstOfKinds<Kind, Candidate>(shown, (_, one, other) => compare(one, other));

  /** The question of an image that could be an example, of the first of each kind: those of which maps were asked for come first. */
  of(kind: Kind, rows: readonly QuestionRow[]): Candidate | undefined {
    const first = rows.filter((row, at) => rows.findIndex((each) => each.kind === row.kind) === at);
    const candidates = first.flatMap((row) => {
      const weight = weightOf(kind, row);
      return weight === undefined ? [] : [{ row, weight }];
    });
    return candidates.sort(compare)[0];
  }

  /** Whether it is among the first of its kind, so far. */
  offer(kind: Kind, candidate: Candidate): boolean {
    return this.#first.offer(kind, candidate);
  }

  chosen(): readonly { readonly kind: Kind; readonly candidate: Candidate }[] {
    return this.#first.chosen();
  }
}

/** Undefined of what is no example of a kind; of the first phrasing alone, which is the one that is shown. */
function weightOf(kind: Kind, row: QuestionRow): number | undefined {
  const isRight = row.right[0]!;
  if (kind === 'boxed') {
    return !isRight && row.iou !== null && row.iou[0]! >= sameThing ? row.probability[0]! : undefined;
  }
  if (!row.isSpatial || isRight !== (kind === 'succeeded')) return undefined;
  // Failures of which another picture shows that places decide come first.
  const { matched } = read(row);
  const isTold = matched === undefined ? 0 : Number((matched === 1) === isRight);
  return isTold + row.probability[0]!;
}

function compare(one: Candidate, other: Candidate): number {
  return (
    other.weight - one.weight ||
    (one.row.item < other.row.item ? -1 : one.row.item > other.row.item ? 1 : one.row.test - other.row.test)
  );
}
