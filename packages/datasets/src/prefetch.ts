import type { DatasetItem } from '@understory/core';
import { decodeImage } from '@understory/imaging/sharp';
import type { RgbImage } from '@understory/imaging';

/** An item with what was made of its image, or with why nothing could be made of it. */
export type Prefetched<Item, Value> =
  { readonly item: Item; readonly value: Value } | { readonly item: Item; readonly error: unknown };

/**
 * Reads and decodes ahead of whoever consumes the stream: while one item is worked on, up to `n` others are under way or wait.
 * The order stays, an image that fails is handed out with its error and the stream goes on, and no more than `n` are begun before
 * one is taken. An error of `items` itself is thrown where its item would have stood. `load` makes something else of an item.
 * Throws a RangeError where `n` is not a whole number from 1.
 */
export function prefetch(
  items: AsyncIterable<DatasetItem>,
  n: number,
): AsyncGenerator<Prefetched<DatasetItem, RgbImage>, void, undefined>;
export function prefetch<Item, Value>(
  items: AsyncIterable<Item>,
  n: number,
  load: (item: Item) => Promise<Value>,
): AsyncGenerator<Prefetched<Item, Value>, void, undefined>;
export function prefetch(
  items: AsyncIterable<DatasetItem>,
  n: number,
  load: (item: DatasetItem) => Promise<unknown> = readAndDecode,
): AsyncGenerator<Prefetched<DatasetItem, unknown>, void, undefined> {
  if (!Number.isInteger(n) || n < 1) throw new RangeError(`${n} is not a number of items to prefetch`);
  return ahead(items, n, load);
}

async function readAndDecode(item: DatasetItem): Promise<RgbImage> {
  return decodeImage(await item.read(), item.id);
}

type Slot<Item, Value> =
  | { readonly kind: 'item'; readonly result: Prefetched<Item, Value> }
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'end' };

async function* ahead<Item, Value>(
  items: AsyncIterable<Item>,
  n: number,
  load: (item: Item) => Promise<Value>,
): AsyncGenerator<Prefetched<Item, Value>, void, undefined> {
  const source = items[Symbol.asyncIterator]();
  const slots: Promise<Slot<Item, Value>>[] = [];
  let pulled: Promise<unknown> = Promise.resolve();
  let ended = false;

  /** Items are asked for one after the other, as streams expect, but without anyone waiting for them here. */
  const begin = (): Promise<Slot<Item, Value>> => {
    const next = pulled.then(async () => {
      if (ended) return { done: true } as const;
      const step = await source.next();
      ended ||= step.done === true;
      return step;
    });
    pulled = next.catch(() => (ended = true));
    return next.then(
      async (step) => (step.done === true ? { kind: 'end' } : { kind: 'item', result: await settle(step.value, load) }),
      (error: unknown) => ({ kind: 'failed', error }),
    );
  };

  try {
    while (true) {
      while (slots.length < n && !ended) slots.push(begin());
      const slot = await slots.shift();
      if (slot === undefined || slot.kind === 'end') return;
      if (slot.kind === 'failed') throw slot.error;
      // Filled up before the item is handed out, so that loading goes on while it is worked on.
      if (!ended) slots.push(begin());
      yield slot.result;
    }
  } finally {
    if (!ended) {
      ended = true;
      await pulled;
      await source.return?.();
    }
  }
}

async function settle<Item, Value>(item: Item, load: (item: Item) => Promise<Value>): Promise<Prefetched<Item, Value>> {
  try {
    return { item, value: await load(item) };
  } catch (error) {
    return { item, error };
  }
}
