import type { Constraint } from '../../constraint/constraint.ts';
import { keyOf, type Condition } from '../kinds.ts';
import { average } from '../reading.ts';
import { heldOf, notHeldOf, type BoxKind, type HeldAnswers, type HeldRow } from './held-row.ts';

/** The shares of right answers of one image, of questions that were asked both ways. */
export interface Pair {
  readonly plain: number;
  readonly held: number;
}

interface Asked {
  readonly row: HeldRow;
  readonly held: readonly HeldAnswers[];
}

/** Questions of one kind, held in one way to each kind of box, one number an image. */
export class HeldGroup {
  readonly #byBox = new Map<BoxKind, Map<string, Pair>>();

  add(item: string, rows: readonly Asked[], constraint: Constraint): void {
    const asked = rows.flatMap(({ row, held }) =>
      held.filter((each) => each.constraint === constraint).map((each) => ({ ...each, plain: row.right })),
    );
    for (const box of new Set(asked.map((each) => each.box))) {
      const own = asked.filter((each) => each.box === box);
      const pairs = this.#byBox.get(box) ?? new Map<string, Pair>();
      const shareOf = (right: (each: (typeof own)[number]) => readonly boolean[]) =>
        average(own.map((each) => average(right(each).map(Number))));
      const pair = { plain: shareOf(({ plain }) => plain), held: shareOf(({ right }) => right) };
      this.#byBox.set(box, pairs.set(item, pair));
    }
  }

  /** By the image's id, in the order of ids, so that the order of rows cannot matter. */
  pairs(box: BoxKind): ReadonlyMap<string, Pair> {
    return new Map([...(this.#byBox.get(box) ?? [])].sort(([one], [other]) => (one < other ? -1 : 1)));
  }
}

interface KindGroup {
  readonly kind: Condition;
  readonly group: HeldGroup;
}

/** Adds up the answers that were held to boxes, of images one after the other. */
export class HeldTally {
  readonly #all = new Map<Constraint, HeldGroup>();
  readonly #things = new Map<Constraint, HeldGroup>();
  readonly #places = new Map<Constraint, HeldGroup>();
  readonly #kinds = new Map<Constraint, Map<string, KindGroup>>();
  readonly #notHeld = new Map<Constraint, string>();
  /** Phrasings that were to be held to the model's box, and those of them without one. */
  phrasings = 0;
  withoutBox = 0;

  /** Takes all rows of one image. */
  add(rows: readonly HeldRow[]): void {
    const asked = rows.flatMap((row): Asked[] => {
      const held = heldOf(row);
      return held === undefined ? [] : [{ row, held }];
    });
    const [first] = asked;
    if (first === undefined) return;
    const { item } = first.row;
    for (const { constraint, why } of asked.flatMap(({ row }) => notHeldOf(row))) this.#notHeld.set(constraint, why);
    for (const { held } of asked) this.#count(held);
    for (const constraint of new Set(asked.flatMap(({ held }) => held.map((each) => each.constraint)))) {
      for (const [groups, rows] of [
        [this.#all, asked],
        [this.#things, asked.filter(({ row }) => !row.isSpatial)],
        [this.#places, asked.filter(({ row }) => row.isSpatial)],
      ] as const) {
        const group = groups.get(constraint) ?? new HeldGroup();
        groups.set(constraint, group);
        group.add(item, rows, constraint);
      }
      const kinds = this.#kinds.get(constraint) ?? new Map<string, KindGroup>();
      this.#kinds.set(constraint, kinds);
      for (const key of new Set(asked.map(({ row }) => keyOf(row)))) {
        const own = asked.filter(({ row }) => keyOf(row) === key);
        const { kind, isSpatial } = own[0]!.row;
        const { group } = kinds.get(key) ?? { group: new HeldGroup() };
        kinds.set(key, { kind: { kind, isSpatial }, group });
        group.add(item, own, constraint);
      }
    }
  }

  get constraints(): readonly Constraint[] {
    return [...this.#all.keys()];
  }

  get notHeld(): ReadonlyMap<Constraint, string> {
    return this.#notHeld;
  }

  all(constraint: Constraint): HeldGroup {
    return this.#all.get(constraint)!;
  }

  /** Questions that depend on places, or those that do not. */
  about(what: 'things' | 'places', constraint: Constraint): HeldGroup {
    return (what === 'things' ? this.#things : this.#places).get(constraint)!;
  }

  kinds(constraint: Constraint): readonly KindGroup[] {
    return [...(this.#kinds.get(constraint)?.values() ?? [])];
  }

  /** Once for all ways of holding an answer. */
  #count(held: readonly HeldAnswers[]): void {
    const own = held.find(({ box }) => box === 'own');
    this.phrasings += own?.isHeld.length ?? 0;
    this.withoutBox += own?.isHeld.filter((each) => !each).length ?? 0;
  }
}
