import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { prefetch } from '../src/index.ts';
import { collect, diagnosis, png } from './fixtures.ts';

async function* numbers(count: number, trace: (event: string) => void = () => undefined): AsyncGenerator<number> {
  try {
    for (let number = 0; number < count; number += 1) yield number;
  } finally {
    trace('closed');
  }
}

const turns = async (count: number) => {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

describe('prefetch', () => {
  it('keeps the order and each error with its item, however long the items take', async () => {
    const work = fc.array(fc.record({ turns: fc.integer({ min: 0, max: 6 }), fails: fc.boolean() }), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(work, fc.integer({ min: 1, max: 8 }), async (items, n) => {
        const load = async (place: number) => {
          await turns(items[place]!.turns);
          if (items[place]!.fails) throw new Error(`item ${place}`);
          return place * 10;
        };
        const results = await collect(prefetch(numbers(items.length), n, load));
        expect(results).toEqual(
          items.map(({ fails }, item) =>
            fails ? { item, error: new Error(`item ${item}`) } : { item, value: item * 10 },
          ),
        );
      }),
      { seed: 1, numRuns: 60 },
    );
  });

  it('works on n others while one is consumed, and on no more', async () => {
    const begun = new Set<number>();
    const waiting: number[] = [];
    let consumed = 0;
    for await (const { item } of prefetch(numbers(50), 4, async (place) => void begun.add(place))) {
      await turns(3);
      consumed += 1;
      expect(item).toBe(consumed - 1);
      waiting.push(begun.size - consumed);
    }
    expect(Math.max(...waiting)).toBe(4);
    expect(waiting.slice(0, 46)).toEqual(Array.from({ length: 46 }, () => 4));
  });

  it('begins nothing before it is asked', async () => {
    let begun = 0;
    const stream = prefetch(numbers(5), 3, async () => (begun += 1));
    await turns(3);
    expect(begun).toBe(0);
    await stream.return();
    expect(begun).toBe(0);
  });

  it('loads while the consumer works', async () => {
    const events: string[] = [];
    const load = async (place: number) => {
      await turns(2);
      events.push(`loaded ${place}`);
    };
    for await (const { item } of prefetch(numbers(3), 1, load)) {
      await turns(20);
      events.push(`consumed ${item}`);
    }
    expect(events).toEqual(['loaded 0', 'loaded 1', 'consumed 0', 'loaded 2', 'consumed 1', 'consumed 2']);
  });

  it('closes its source when the consumer leaves, and leaves no rejection behind', async () => {
    const events: string[] = [];
    const load = async (place: number) => {
      if (place > 0) throw new Error('nobody waits for this');
      return place;
    };
    const source = numbers(9, (event) => events.push(event));
    for await (const { item } of prefetch(source, 3, load)) if (item === 0) break;
    await turns(3);
    expect(events).toEqual(['closed']);
  });

  it('throws an error of the stream itself behind the items in front of it', async () => {
    async function* broken() {
      yield 1;
      yield 2;
      throw new Error('the list ends in garbage');
    }
    const seen: number[] = [];
    const consume = async () => {
      for await (const { item } of prefetch(broken(), 5, async (item) => item)) seen.push(item);
    };
    await expect(consume()).rejects.toThrow('the list ends in garbage');
    expect(seen).toEqual([1, 2]);
  });

  it('asks a source for one item at a time', async () => {
    let asked = 0;
    let most = 0;
    const source: AsyncIterable<number> = {
      [Symbol.asyncIterator]: () => {
        let place = 0;
        return {
          async next() {
            asked += 1;
            most = Math.max(most, asked);
            await turns(2);
            asked -= 1;
            place += 1;
            return place > 6 ? { done: true, value: undefined } : { done: false, value: place };
          },
        };
      },
    };
    const results = await collect(prefetch(source, 4, async (item) => item));
    expect(results.map(({ item }) => item)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(most).toBe(1);
  });

  it('decodes the images of a data set by itself', async () => {
    async function* items() {
      yield { id: 'good.png', read: () => png(7) };
      yield { id: 'bad.png', read: async () => new TextEncoder().encode('no picture') };
    }
    const [good, bad] = await collect(prefetch(items(), 2));
    expect(good).toMatchObject({ item: { id: 'good.png' }, value: { width: 2, height: 2 } });
    const failure = bad !== undefined && 'error' in bad ? bad.error : undefined;
    expect(await diagnosis(Promise.reject(failure))).toMatchObject({ code: 'NOT_AN_IMAGE' });
  });

  it.each([0, -1, 1.5, NaN])('refuses to prefetch %p items', (n) => {
    expect(() => prefetch(numbers(1), n, async (item) => item)).toThrow(RangeError);
  });
});
