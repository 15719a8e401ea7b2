import { seededRandom, type Cancellation, type Experiment } from '@understory/core';
import type { Executor, Outcome } from './executor.ts';

export interface InProcessOptions<Item, Row> {
  readonly experiment: Pick<Experiment<Item, Row, unknown>, 'rows'>;
  readonly seed: number | string;
  /** Items under way at once, from 1; 2 lets one be read and decoded while another is in the network. */
  readonly concurrency?: number;
  /** No item is begun after it; those under way are waited for, and what they fail with then is no outcome. */
  readonly signal?: Cancellation;
}

type Event<Item, Row> =
  | { readonly kind: 'item'; readonly item: Item }
  | { readonly kind: 'outcome'; readonly outcome: Outcome<Item, Row> }
  | { readonly kind: 'end'; readonly error?: { readonly thrown: unknown } }
  | { readonly kind: 'aborted' };

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
  if (!Number.isSafeInteger(concurrency) || concurrency < 1) {
    throw new RangeError(`a concurrency of ${concurrency} is no whole number from 1`);
  }
  const random = seededRandom(seed);
  const work = async (item: Item): Promise<Outcome<Item, Row>> => {
    try {
      return { item, rows: await experiment.rows(item, random.fork(item.id)) };
    } catch (error) {
      return { item, error };
    }
  };

  return {
    async *execute(items) {
      const source = items[Symbol.asyncIterator]();
      const { post, receive } = mailbox<Event<Item, Row>>();
      const abort = () => post({ kind: 'aborted' });
      signal?.addEventListener('abort', abort);
      let [running, asking, more] = [0, false, true];
      let broken: { readonly thrown: unknown } | undefined;
      try {
        while (true) {
          if (signal?.aborted) more = false;
          if (more && !asking && running < concurrency) {
            asking = true;
            void take(source).then(post);
          }
          if (running === 0 && !(asking && more)) break;
          const event = await receive();
          switch (event.kind) {
            case 'item':
              asking = false;
              if (!more) break;
              running += 1;
              void work(event.item).then((outcome) => post({ kind: 'outcome', outcome }));
              break;
            case 'outcome':
              running -= 1;
              if (!('error' in event.outcome && signal?.aborted)) yield event.outcome;
              break;
            case 'end':
              asking = false;
              more = false;
              broken = event.error;
              break;
            case 'aborted':
              more = false;
          }
        }
        if (broken !== undefined) throw broken.thrown;
      } finally {
        signal?.removeEventListener('abort', abort);
        while (running > 0) if ((await receive()).kind === 'outcome') running -= 1;
        const ended = source.return?.().catch(() => undefined);
        // A stream that still owes an item ends only after it, which may be never.
        if (!asking) await ended;
      }
    },
  };
}

async function take<Item>(source: AsyncIterator<Item>): Promise<Event<Item, never>> {
  try {
    const { done, value } = await source.next();
    return done === true ? { kind: 'end' } : { kind: 'item', item: value };
  } catch (thrown) {
    return { kind: 'end', error: { thrown } };
  }
}

/** What is posted is received in order. Unlike a race of promises it keeps nothing of what is over. */
function mailbox<Message>(): { readonly post: (message: Message) => void; readonly receive: () => Promise<Message> } {
  const waiting: Message[] = [];
  let wake: (() => void) | undefined;
  return {
    post(message) {
      waiting.push(message);
      wake?.();
    },
    async receive() {
      while (waiting.length === 0) await new Promise<void>((resolve) => void (wake = resolve));
      return waiting.shift()!;
    },
  };
}
