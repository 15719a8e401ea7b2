import { FirstOfKinds } from '@understory/statistics';
import { heldOf, type HeldRow } from './held-row.ts';

/** Of each kind so many: what the model's own box makes right, and what it makes wrong. */
const shown = { helped: 3, harmed: 3 };

type Kind = keyof typeof shown;

interface Candidate {
  readonly row: HeldRow;
  /** In how many ways of holding the first phrasing the box changes whether the answer is right, then how sure the model is then. */
  readonly weight: number;
}

/** Questions whose answer a box changes. */
export class HeldExamples {
  readonly #first = new FirstOfKinds<Kind, Candidate>(shown, (_, one, other) => compare(one, other));

  /** Whether a question is among the first of a kind, so far. */
  offer(row: HeldRow): boolean {
    const candidate = candidateOf(row);
    return candidate !== undefined && this.#first.offer(candidate.kind, candidate);
  }

  chosen(): readonly { readonly kind: Kind; readonly candidate: Candidate }[] {
    return this.#first.chosen();
  }
}

function candidateOf(row: HeldRow): (Candidate & { readonly kind: Kind }) | undefined {
  const wasRight = row.right[0]!;
  const changed = (heldOf(row) ?? []).filter(
    ({ box, right, isHeld }) => box === 'own' && isHeld[0] === true && right[0] !== wasRight,
  );
  if (changed.length === 0) return undefined;
  const sure = changed.reduce((sum, { probability }) => sum + probability[0]!, 0) / changed.length;
  return { row, weight: changed.length + 0.999 * sure, kind: wasRight ? 'harmed' : 'helped' };
}

function compare(one: Candidate, other: Candidate): number {
  return (
    other.weight - one.weight ||
    (one.row.item < other.row.item ? -1 : one.row.item > other.row.item ? 1 : one.row.test - other.row.test)
  );
}
