import { seededRandom, type Cancellation, type Executor, type Experiment, type Outcome } from '@understory/core';
import { dispatch } from './dispatch.ts';

export interface InProcessOptions<Item, Row> {
  readonly experiment: Pick<Experiment<Item, Row, unknown>, 'rows'>;
  readonly seed: number | string;
  /** Items under way at once, from 1; 2 lets one be read and decoded while another is in the network. */
  readonly concurrency?: number;
  /** No item is begun after it; those under way are waited for, and what they fail with then is no outcome. */
  readonly signal?: Cancellation;
}

/**
 * Works on items in this process; each gets the random stream of the seed that its id names.
 * Throws a RangeError for a concurrency that is no whole number from 1.
 */
export function inProcess<Item extends { readonly id: string }, Row>({
  experiment,
  seed,
  concurrency = 1,
  signal,
}: InProcessOptions<Item, Row>): Executor<Item, Row> {
  const random = seededRandom(seed);
  const outcomeOf = async (item: Item): Promise<Outcome<Item, Row>> => {
    try {
      return { item, rows: await experiment.rows(item, random.fork(item.id)) };
    } catch (error) {
      return { item, error };
    }
  };
  return dispatch({
    ...{ concurrency, batch: 1, signal },
    work: async (items) => ({ outcomes: await Promise.all(items.map(outcomeOf)) }),
  });
}
