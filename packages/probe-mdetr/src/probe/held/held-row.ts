import type { Constraint } from '../../constraint/constraint.ts';
import type { QuestionRow } from '../row.ts';

/** What an answer is held to: the model's box for the words asked about, the true box of the thing, or one of the size of the model's anywhere. */
export const boxKinds = ['own', 'true', 'random'] as const;

export type BoxKind = (typeof boxKinds)[number];

/** What a model says where it sees no more than a box; lists have one entry a phrasing. */
export interface HeldAnswers {
  readonly constraint: Constraint;
  readonly box: BoxKind;
  readonly said: readonly string[];
  readonly right: readonly boolean[];
  readonly probability: readonly number[];
  /** Whether there was a box; the plain answer stands where the model has none. */
  readonly isHeld: readonly boolean[];
}

/**
 * Answers that are held to boxes as columns of a row: each list has one entry for each way of holding, kind of box and phrasing. Null of a question that
 * was not to be held; rows of a run that holds none have no such columns.
 */
export interface HeldColumns {
  readonly heldBy?: readonly Constraint[] | null;
  readonly heldTo?: readonly BoxKind[] | null;
  readonly saidHeld?: readonly string[] | null;
  readonly rightHeld?: readonly boolean[] | null;
  readonly probabilityHeld?: readonly number[] | null;
  /** Whether there was such a box; the plain answer stands where there is none. */
  readonly isHeld?: readonly boolean[] | null;
  /** Ways that the model does not have, and beside each in `whyNotHeld` why. */
  readonly notHeldBy?: readonly Constraint[] | null;
  readonly whyNotHeld?: readonly string[] | null;
}

/** A way to hold answers that the model does not have, and why. */
export interface NotHeld {
  readonly constraint: Constraint;
  readonly why: string;
}

/** A row with what becomes of its answers where they are held to a box. */
export type HeldRow = QuestionRow & HeldColumns;

export const noColumns: HeldColumns = {
  ...{ heldBy: null, heldTo: null, saidHeld: null, rightHeld: null, probabilityHeld: null, isHeld: null },
  ...{ notHeldBy: null, whyNotHeld: null },
};

export function columnsOf(held: readonly HeldAnswers[], notHeld: readonly NotHeld[]): HeldColumns {
  const each = <T>(of: (answers: HeldAnswers) => readonly T[]) => held.flatMap(of);
  return {
    heldBy: each(({ said, constraint }) => said.map(() => constraint)),
    heldTo: each(({ said, box }) => said.map(() => box)),
    saidHeld: each(({ said }) => said),
    rightHeld: each(({ right }) => right),
    probabilityHeld: each(({ probability }) => probability),
    isHeld: each(({ isHeld }) => isHeld),
    notHeldBy: notHeld.map(({ constraint }) => constraint),
    whyNotHeld: notHeld.map(({ why }) => why),
  };
}

/** What `columnsOf` was made of; undefined of a row without. */
export function heldOf(row: HeldColumns): readonly HeldAnswers[] | undefined {
  const { heldBy, heldTo, saidHeld, rightHeld, probabilityHeld, isHeld } = row;
  if (!heldBy || !heldTo || !saidHeld || !rightHeld || !probabilityHeld || !isHeld) return undefined;
  const keys = new Map(
    heldBy.map((constraint, at) => [`${constraint} ${heldTo[at]!}`, { constraint, box: heldTo[at]! }]),
  );
  return [...keys.values()].map(({ constraint, box }) => {
    const own = <T>(list: readonly T[]) => list.filter((_, at) => heldBy[at] === constraint && heldTo[at] === box);
    return {
      ...{ constraint, box, said: own(saidHeld), right: own(rightHeld) },
      ...{ probability: own(probabilityHeld), isHeld: own(isHeld) },
    };
  });
}

export function notHeldOf({ notHeldBy, whyNotHeld }: HeldColumns): readonly NotHeld[] {
  return (notHeldBy ?? []).map((constraint, at) => ({ constraint, why: whyNotHeld?.[at] ?? '' }));
}
