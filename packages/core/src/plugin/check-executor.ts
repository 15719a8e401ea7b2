import type { OpenExecutor, Outcome } from '../contracts/executor.ts';
import { checker } from './checker.ts';
import type { GuardedContribution } from './guarded-contribution.ts';

/** An executor whose outcomes are of items that it was given, each once; throws PLUGIN_RESULT_INVALID where it is none. */
export function checkedExecutor<Item extends { readonly id: string }, Row>(
  value: OpenExecutor<Item, Row>,
  of: GuardedContribution,
): OpenExecutor<Item, Row> {
  const { object, that, list } = checker(of);
  const opened = object<OpenExecutor<Item, Row>>(value, 'the opened executor');
  for (const name of ['execute', 'close'] as const) {
    that(typeof opened[name] === 'function', `an executor without a function ${name}`, 'execute and close');
  }
  const { workers, start } = opened;
  that(workers === undefined || (Number.isSafeInteger(workers) && workers >= 1), `${workers} workers`, 'one or more');
  that(start === undefined || typeof start === 'function', 'a start that is no function', 'a function or nothing');
  const notes = list(opened.notes, 'notes', undefined).map((note) => String(note));
  return {
    notes,
    ...(workers !== undefined && { workers }),
    ...(start && { start: () => opened.start!() }),
    close: () => opened.close(),
    async *execute(items) {
      const given = new Set<Item>();
      for await (const outcome of opened.execute(noting(items, given))) {
        const { item } = object<Outcome<Item, Row>>(outcome, 'an outcome');
        that(given.delete(item), 'an outcome of no item that is under way', 'one outcome for each item');
        if (!('error' in outcome)) list(outcome.rows, `rows of "${item.id}"`, undefined);
        yield outcome;
      }
    },
  };
}

/** The same items, each added to `given` as it passes. */
async function* noting<Item>(items: AsyncIterable<Item>, given: Set<Item>): AsyncGenerator<Item> {
  for await (const item of items) {
    given.add(item);
    yield item;
  }
}
