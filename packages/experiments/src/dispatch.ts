import type { Cancellation, Executor, Outcome } from '@understory/core';

/** What became of a batch: the outcomes of its items, or that it was lost with whoever worked on it. */
export type Worked<Item, Row> =
  { readonly outcomes: readonly Outcome<Item, Row>[] } | { readonly lost: { readonly cause: unknown } };

export interface Dispatch<Item, Row> {
  /** Batches under way at once, from 1. */
  readonly concurrency: number;
  /** Items of a batch, from 1; or of the next one, where so many items were handed out already. */
  readonly batch: number | ((handedOut: number) => number);
  /** Works on a batch; what it throws ends the run once the other batches under way are through. */
  work(items: readonly Item[]): Promise<Worked<Item, Row>>;
  /** How often an item may be lost; then what `lost` makes of it is its outcome. */
  readonly attempts?: number;
  /** The error of an item that was lost too often. */
  lost?(item: Item, cause: unknown): unknown;
  /** No batch is begun after it; those under way are waited for, and what they fail with then is no outcome. */
  readonly signal?: Cancellation | undefined;
}

type Event<Item, Row> =
  | { readonly kind: 'item'; readonly item: Item }
  | { readonly kind: 'worked'; readonly items: readonly Item[]; readonly worked: Worked<Item, Row> }
  | { readonly kind: 'broken'; readonly thrown: unknown }
  | { readonly kind: 'end'; readonly error?: { readonly thrown: unknown } }
  | { readonly kind: 'aborted' };

/**
 * An executor that hands out items in batches to whoever works on them. Items of a lost batch are handed out again, one by one, so
 * that one that ends its worker takes no other with it. Throws a RangeError for numbers that are no whole numbers from 1.
 */
export function dispatch<Item, Row>(options: Dispatch<Item, Row>): Executor<Item, Row> {
  const { concurrency, batch, attempts = 1, signal } = options;
  const batchAfter = typeof batch === 'number' ? () => batch : batch;
  for (const [name, value] of Object.entries({ concurrency, batch: batchAfter(0), attempts })) {
    if (Number.isSafeInteger(value) && value >= 1) continue;
    throw new RangeError(`${name}: ${value} is no whole number from 1`);
  }

  return {
    async *execute(items) {
      const source = items[Symbol.asyncIterator]();
      const { post, receive } = mailbox<Event<Item, Row>>();
      const abort = () => post({ kind: 'aborted' });
      signal?.addEventListener('abort', abort);
      let [running, handedOut, asking, more] = [0, 0, false, true];
      let gathered: Item[] = [];
      let broken: { readonly thrown: unknown } | undefined;
      const again: Item[] = [];
      const losses = new Map<Item, number>();
      const begin = (own: readonly Item[]) => {
        running += 1;
        void options.work(own).then(
          (worked) => post({ kind: 'worked', items: own, worked }),
          (thrown: unknown) => post({ kind: 'broken', thrown }),
        );
      };
      const stop = () => {
        more = false;
        gathered = [];
        again.length = 0;
      };
      /** The outcomes of a batch; items that were lost are put back, those that were lost too often failed. */
      const settled = (own: readonly Item[], worked: Worked<Item, Row>): readonly Outcome<Item, Row>[] => {
        if ('outcomes' in worked) {
          for (const item of own) losses.delete(item);
          return worked.outcomes;
        }
        const { cause } = worked.lost;
        const failed: Outcome<Item, Row>[] = [];
        for (const item of own) {
          const count = (losses.get(item) ?? 0) + 1;
          losses.set(item, count);
          if (count < attempts) again.push(item);
          else failed.push({ item, error: options.lost?.(item, cause) ?? cause });
        }
        return failed;
      };
      try {
        while (true) {
          if (signal?.aborted) stop();
          while (again.length > 0 && running < concurrency) begin([again.shift()!]);
          const isFull = () => gathered.length >= batchAfter(handedOut);
          if (gathered.length > 0 && running < concurrency && (!more || isFull())) {
            handedOut += gathered.length;
            begin(gathered);
            gathered = [];
          }
          if (more && !asking && running < concurrency) {
            asking = true;
            void take(source).then(post);
          }
          if (running === 0 && !(asking && more)) break;
          const event = await receive();
          switch (event.kind) {
            case 'item':
              asking = false;
              if (more) gathered.push(event.item);
              break;
            case 'worked':
              running -= 1;
              for (const outcome of settled(event.items, event.worked)) {
                if (!('error' in outcome && signal?.aborted)) yield outcome;
              }
              break;
            case 'broken':
              running -= 1;
              broken ??= { thrown: event.thrown };
              stop();
              break;
            case 'end':
              asking = false;
              more = false;
              broken ??= event.error;
              break;
            case 'aborted':
              stop();
          }
        }
        if (broken !== undefined) throw broken.thrown;
      } finally {
        signal?.removeEventListener('abort', abort);
        while (running > 0) if (['worked', 'broken'].includes((await receive()).kind)) running -= 1;
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
