import { mean } from '@understory/statistics';
import { keyOf, type Condition } from './kinds.ts';
import { measures, onOther, type Measure } from './measures.ts';
import { OtherImages } from './other-images.ts';
import { average, read, type Reading } from './reading.ts';
import type { QuestionRow } from './row.ts';

interface Asked {
  readonly row: QuestionRow;
  readonly reading: Reading;
}

/** What images have in questions of one kind, one number an image of each measure. */
export class Group implements Condition {
  readonly kind: string;
  readonly isSpatial: boolean;
  readonly #values = new Map<Measure, Map<string, number>>();

  readonly has: (condition: Condition) => boolean;

  constructor(
    { kind, isSpatial }: Condition,
    has = (condition: Condition) => condition.kind === kind && condition.isSpatial === isSpatial,
  ) {
    this.kind = kind;
    this.isSpatial = isSpatial;
    this.has = has;
  }

  /** Takes the questions of one image, which count as one number of it. */
  add(item: string, asked: readonly Asked[]): void {
    for (const measure of measures) {
      const found = asked.flatMap(({ row, reading }) => measure.of(row, reading) ?? []);
      if (found.length > 0) this.set(measure, item, average(found));
    }
  }

  set(measure: Measure, item: string, value: number): void {
    const own = this.#values.get(measure) ?? new Map<string, number>();
    this.#values.set(measure, own.set(item, value));
  }

  /** By the image's id, in the order of ids, so that the order of rows cannot matter. */
  byItem(measure: Measure): ReadonlyMap<string, number> {
    return new Map([...(this.#values.get(measure) ?? [])].sort(([one], [other]) => (one < other ? -1 : 1)));
  }
}

/** Adds up the rows of images one after the other. */
export class Tally {
  readonly #groups = new Map<string, Group>();
  readonly #others = new OtherImages();
  /** All questions that ask for places, and all that do not: each an image's questions together. */
  readonly places = new Group({ kind: 'all', isSpatial: true }, ({ isSpatial }) => isSpatial);
  readonly objects = new Group({ kind: 'all', isSpatial: false }, ({ isSpatial }) => !isSpatial);
  images = 0;
  questions = 0;
  /** Questions whose answer the model does not have. */
  unknown = 0;

  /** Takes all rows of one image. */
  add(item: string, rows: readonly QuestionRow[]): void {
    this.images += 1;
    this.questions += rows.length;
    this.unknown += rows.filter(({ isKnown }) => !isKnown).length;
    for (const row of rows) this.#others.add(row);
    const asked = rows.map((row) => ({ row, reading: read(row) }));
    for (const key of new Set(rows.map(keyOf))) {
      const own = asked.filter(({ row }) => keyOf(row) === key);
      const group = this.#groups.get(key) ?? new Group(own[0]!.row);
      this.#groups.set(key, group);
      group.add(item, own);
    }
    for (const all of [this.places, this.objects]) {
      all.add(
        item,
        asked.filter(({ row }) => all.has(row)),
      );
    }
  }

  /** Takes what is known once all images are in. */
  close(): void {
    const found = this.#others.all();
    for (const group of [...this.#groups.values(), this.places, this.objects]) {
      const own = new Map<string, number[]>();
      for (const { row, right } of found) {
        if (!group.has(row)) continue;
        own.set(row.item, [...(own.get(row.item) ?? []), right]);
      }
      for (const [item, values] of own) group.set(onOther, item, mean(values).value!);
    }
  }

  get groups(): readonly Group[] {
    return [...this.#groups.values()];
  }
}
