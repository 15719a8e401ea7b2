import { seededRandom, type Cancellation, type SeededRandom } from '@understory/core';
import type { Executor, Outcome } from '@understory/experiments';

export interface Grouping<Item, Row> {
  /** How many items are worked on together, at most. */
  readonly size: number;
  readonly seed: number;
  readonly signal: Cancellation;
  /** One outcome an item; `randoms` are those that each would be given by itself. */
  work(items: readonly Item[], randoms: readonly SeededRandom[]): Promise<readonly Outcome<Item, Row>[]>;
}

/** Works in this process on several items at a time, so that they share batches of the network. */
export function inGroups<Item extends { readonly id: string }, Row>({
  size,
  seed,
  signal,
  work,
}: Grouping<Item, Row>): Executor<Item, Row> {
  const random = seededRandom(seed);
  return {
    async *execute(items) {
      for await (const group of groupsOf(items, size)) {
        if (signal.aborted) return;
        const outcomes = await work(
          group,
          group.map(({ id }) => random.fork(id)),
        );
        // What fails on the way out is no outcome.
        yield* outcomes.filter((outcome) => !('error' in outcome && signal.aborted));
      }
    },
  };
}

/** What came before the stream throws is worked on first. */
async function* groupsOf<Item>(items: AsyncIterable<Item>, size: number): AsyncGenerator<readonly Item[]> {
  let group: Item[] = [];
  let broken: { readonly thrown: unknown } | undefined;
  const source = items[Symbol.asyncIterator]();
  try {
    while (true) {
      const next = await source.next().catch((thrown: unknown) => {
        broken = { thrown };
      });
      if (next === undefined || next.done === true) break;
      group.push(next.value);
      if (group.length < size) continue;
      yield group;
      group = [];
    }
    if (group.length > 0) yield group;
    if (broken !== undefined) throw broken.thrown;
  } finally {
    await source.return?.();
  }
}
