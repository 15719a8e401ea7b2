import { largestOf } from '@understory/core';
import type { AttackRow, RunAttack } from '@understory/studies';

/** What the figures of an attack need beside the summary. */
export interface AttackDetail {
  /** Images that were attacked. */
  readonly n: number;
  /** After how many evaluations each success came, ascending. */
  readonly evaluations: readonly number[];
  /** Null where no trajectory was kept. */
  readonly trajectories: MeanTrajectories | null;
}

/** Probabilities, or the number that is raised, as the attack went on; an image that is finished stays at what it reached. */
interface MeanTrajectories {
  readonly n: number;
  /** At each evaluation, the first one being of the untouched image. */
  readonly target: readonly number[];
  readonly original: readonly number[];
  /** The target's, of the first images, as far as each went. */
  readonly single: readonly (readonly number[])[];
}

/** Single images beyond this are no longer told apart. */
const mostSingle = 12;

interface Kept {
  readonly item: string;
  readonly target: Float32Array;
  readonly original: Float32Array;
}

/** Gathers what figures need as rows go by; neither their order nor the number of their columns matters. */
export class AttackDetails {
  readonly #groups: ReadonlyMap<string, { n: number; readonly evaluations: number[]; readonly kept: Kept[] }>;

  constructor(attacks: readonly RunAttack[]) {
    this.#groups = new Map(attacks.map(({ name }) => [name, { n: 0, evaluations: [], kept: [] }]));
  }

  /** Hands the rows on as they come. */
  async *gather(rows: AsyncIterable<AttackRow> | Iterable<AttackRow>): AsyncGenerator<AttackRow> {
    for await (const row of rows) {
      this.#add(row);
      yield row;
    }
  }

  of(attack: string): AttackDetail {
    const group = this.#groups.get(attack);
    if (group === undefined) return { n: 0, evaluations: [], trajectories: null };
    const { n, evaluations, kept } = group;
    return { n, evaluations: evaluations.toSorted((a, b) => a - b), trajectories: meanOf(kept) };
  }

  #add({ attack, item, success, evaluations, trajectory }: AttackRow): void {
    const group = this.#groups.get(attack);
    if (group === undefined || success === null) return;
    group.n += 1;
    if (success) group.evaluations.push(evaluations);
    if (trajectory === null || trajectory.logit.length === 0) return;
    const { probability, logit, originalProbability } = trajectory;
    // Where the goal is no class there is its number alone.
    const target = Float32Array.from(probability.length === 0 ? logit : probability);
    group.kept.push({ item, target, original: Float32Array.from(originalProbability) });
  }
}

function meanOf(kept: readonly Kept[]): MeanTrajectories | null {
  if (kept.length === 0) return null;
  const sorted = kept.toSorted((one, other) => (one.item < other.item ? -1 : 1));
  const length = largestOf(sorted.map(({ target }) => target.length));
  const mean = (which: 'target' | 'original') =>
    Array.from({ length }, (_, at) => {
      const total = sorted.reduce((sum, each) => sum + (each[which][at] ?? each[which].at(-1) ?? 0), 0);
      return total / sorted.length;
    });
  return {
    n: sorted.length,
    target: mean('target'),
    original: mean('original'),
    single: sorted.slice(0, mostSingle).map(({ target }) => [...target]),
  };
}
