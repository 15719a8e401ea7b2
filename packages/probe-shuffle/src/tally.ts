import { measures, type Measure } from './measures.ts';
import type { ShuffleRow } from './row.ts';

/** What was done to images, with what each image has of every measure. */
export class Condition {
  readonly control: string;
  readonly grid: number | null;
  readonly #perImage = new Map<Measure, number[]>(measures.map((measure) => [measure, []]));

  constructor({ control, grid }: Pick<ShuffleRow, 'control' | 'grid'>) {
    this.control = control;
    this.grid = grid;
  }

  /** Such as `grid=4`, `rows, grid=4` and `flip-vertical`. */
  get name(): string {
    const grid = this.grid === null ? [] : [`grid=${this.grid}`];
    return [...(this.control === 'shuffle' ? [] : [this.control]), ...grid].join(', ');
  }

  /** Takes the rows of one image, whose permutations count as one number of it. */
  add(rows: readonly ShuffleRow[]): void {
    for (const [measure, values] of this.#perImage) {
      const found = rows.map(measure.of).filter((value) => value !== undefined);
      if (found.length > 0) values.push(found.reduce((sum, value) => sum + value, 0) / found.length);
    }
  }

  /** One number an image that has any. */
  of(measure: Measure): readonly number[] {
    return this.#perImage.get(measure)!;
  }
}

/** What images have in common, whatever was done to them. */
export interface Untouched {
  /** How often each class is predicted, or each thing is said. */
  readonly predicted: ReadonlyMap<number | string, number>;
  /** 1 for each image that is predicted right, 0 for each that is predicted wrong. */
  readonly right: readonly number[];
  /** What is watched of a model that is no classifier; null where that is not the same of every image. */
  readonly watched: string | null;
  /** The number that is watched, where it is the same one of every image and nothing is decided. */
  readonly numbers: readonly number[];
}

/** Adds up the rows of images one after the other. */
export class Tally {
  readonly #conditions = new Map<string, Condition>();
  readonly #predicted = new Map<number | string, number>();
  readonly #right: number[] = [];
  readonly #numbers: number[] = [];
  readonly #watched = new Set<string>();
  images = 0;

  /** Takes all rows of one image. */
  add(rows: readonly ShuffleRow[]): void {
    const { predicted, said = '', target = '', correctBefore, sameTop1, logitBefore } = rows[0]!;
    const decided = predicted ?? said;
    this.images += 1;
    this.#predicted.set(decided, (this.#predicted.get(decided) ?? 0) + 1);
    this.#watched.add(target);
    if (sameTop1 === null) this.#numbers.push(logitBefore);
    if (correctBefore !== null) this.#right.push(Number(correctBefore));
    const groups = new Map<string, ShuffleRow[]>();
    for (const row of rows) {
      const key = `${row.control} ${row.grid}`;
      groups.set(key, [...(groups.get(key) ?? []), row]);
    }
    for (const [key, own] of groups) {
      const condition = this.#conditions.get(key) ?? new Condition(own[0]!);
      this.#conditions.set(key, condition);
      condition.add(own);
    }
  }

  get conditions(): readonly Condition[] {
    return [...this.#conditions.values()];
  }

  get untouched(): Untouched {
    const [watched = null, ...others] = this.#watched;
    const isOne = others.length === 0;
    return {
      predicted: this.#predicted,
      right: this.#right,
      watched: isOne ? watched : null,
      numbers: isOne ? this.#numbers : [],
    };
  }
}

/** How often two different images have the same top-1, as they are; undefined for fewer than two. */
export function agreementByChance(predicted: ReadonlyMap<number | string, number>): number | undefined {
  const counts = [...predicted.values()];
  const images = counts.reduce((sum, count) => sum + count, 0);
  if (images < 2) return undefined;
  return counts.reduce((sum, count) => sum + count * (count - 1), 0) / (images * (images - 1));
}
