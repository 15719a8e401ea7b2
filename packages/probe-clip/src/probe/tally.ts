import { largestOf } from '@understory/core';
import { measures, type Measure } from './measures.ts';
import { average, read, type Reading } from './reading.ts';
import type { CaptionRow } from './row.ts';

/** What one image has in one condition: the mean over its tests of each measure. */
interface ImageValues {
  readonly item: string;
  readonly values: ReadonlyMap<Measure, number>;
  /** Whether true captions were preferred, for each template by itself. */
  readonly byTemplate: readonly number[];
}

/** Tests of one kind, or of one part of a benchmark, with what each image has of every measure. */
export class Condition {
  readonly name: string;
  readonly #images: ImageValues[] = [];

  constructor(name: string) {
    this.name = name;
  }

  /** Takes the tests of one image, which count as one number of it. */
  add(item: string, tests: readonly { readonly row: CaptionRow; readonly reading: Reading }[]): void {
    const values = new Map<Measure, number>();
    for (const measure of measures) {
      const found = tests.flatMap(({ row, reading }) => measure.of(row, reading) ?? []);
      if (found.length > 0) values.set(measure, average(found));
    }
    const templates = largestOf(tests.map(({ reading }) => reading.rightByTemplate.length));
    const byTemplate = Array.from({ length: templates }, (_, template) =>
      average(tests.flatMap(({ reading }) => reading.rightByTemplate[template] ?? [])),
    );
    this.#images.push({ item, values, byTemplate });
  }

  /** One number an image that has any, in the order of their ids. */
  of(measure: Measure): readonly number[] {
    return [...this.byItem(measure).values()];
  }

  /** By the image's id, in the order of ids, so that the order of rows cannot matter. */
  byItem(measure: Measure): ReadonlyMap<string, number> {
    const found = this.#images.flatMap(({ item, values }): [string, number][] => {
      const value = values.get(measure);
      return value === undefined ? [] : [[item, value]];
    });
    return new Map(found.sort(([one], [other]) => (one < other ? -1 : 1)));
  }

  /** How often the true captions of each template by itself are preferred, one number an image; none where there is one template. */
  get templates(): readonly (readonly number[])[] {
    const count = largestOf([0, ...this.#images.map(({ byTemplate }) => byTemplate.length)]);
    if (count < 2) return [];
    const ordered = [...this.#images].sort((one, other) => (one.item < other.item ? -1 : 1));
    return Array.from({ length: count }, (_, template) =>
      ordered.flatMap(({ byTemplate }) => byTemplate[template] ?? []),
    );
  }
}

/** Adds up the rows of images one after the other. */
export class Tally {
  readonly #kinds = new Map<string, Condition>();
  readonly #parts = new Map<string, Condition>();
  /** How many captions tests of a part choose between, where all of them choose between as many. */
  readonly #choices = new Map<string, Set<number>>();
  images = 0;

  /** Takes all rows of one image. */
  add(item: string, rows: readonly CaptionRow[]): void {
    this.images += 1;
    const tests = rows.map((row) => ({ row, reading: read(row) }));
    for (const [conditions, nameOf] of [
      [this.#kinds, ({ kind }: CaptionRow) => kind],
      [this.#parts, ({ part }: CaptionRow) => part],
    ] as const) {
      const names = new Set(rows.flatMap((row) => nameOf(row) ?? []));
      for (const name of names) {
        const own = tests.filter(({ row }) => nameOf(row) === name);
        const condition = conditions.get(name) ?? new Condition(name);
        conditions.set(name, condition);
        condition.add(item, own);
        const choices = this.#choices.get(name) ?? new Set();
        this.#choices.set(name, choices);
        for (const { row } of own) choices.add(row.choices);
      }
    }
  }

  get kinds(): ReadonlyMap<string, Condition> {
    return this.#kinds;
  }

  /** Parts of a benchmark that are not kinds by another name. */
  get parts(): ReadonlyMap<string, Condition> {
    return this.#parts;
  }

  /** The chance of choosing the true caption in a condition; undefined where tests of it differ in that. */
  chanceOf(name: string): number | undefined {
    const [only, ...others] = this.#choices.get(name) ?? [];
    return only === undefined || others.length > 0 ? undefined : 1 / only;
  }
}
