import { describe, expect, it } from '@jest/globals';
import { dispatch, type Worked } from '../src/index.ts';
import { collected, numbered } from './support/study.ts';

type Item = { readonly id: string };

describe('dispatch', () => {
  it('hands out full batches, and what is left at the end of the stream', async () => {
    const batches: string[][] = [];
    const executor = dispatch<Item, string>({
      ...{ concurrency: 1, batch: 3 },
      async work(items) {
        batches.push(items.map(({ id }) => id));
        return { outcomes: items.map((item) => ({ item, rows: [item.id] })) };
      },
    });
    expect(await collected(executor.execute(numbered(7)))).toHaveLength(7);
    expect(batches.map(({ length }) => length)).toEqual([3, 3, 1]);
  });

  it('hands out batches of the size that is asked for after so many items', async () => {
    const batches: number[] = [];
    const asked = new Set<number>();
    const executor = dispatch<Item, string>({
      concurrency: 1,
      batch: (handedOut) => (asked.add(handedOut), handedOut < 4 ? 4 : 2),
      async work(items) {
        batches.push(items.length);
        return { outcomes: items.map((item) => ({ item, rows: [] })) };
      },
    });
    expect(await collected(executor.execute(numbered(9)))).toHaveLength(9);
    expect(batches).toEqual([4, 2, 2, 1]);
    expect([...asked]).toEqual([0, 4, 6, 8]);
  });

  it('hands out the items of a lost batch again, one by one, and gives up one that is lost too often', async () => {
    const batches: string[] = [];
    const executor = dispatch<Item, string>({
      ...{ concurrency: 2, batch: 3, attempts: 3 },
      async work(items): Promise<Worked<Item, string>> {
        batches.push(items.map(({ id }) => id.slice(-1)).join(''));
        if (items.some(({ id }) => id === 'image-1')) return { lost: { cause: new Error('gone') } };
        return { outcomes: items.map((item) => ({ item, rows: [item.id] })) };
      },
      lost: ({ id }, cause) => `${id} ${(cause as Error).message}`,
    });
    const outcomes = await collected(executor.execute(numbered(5)));
    const found = outcomes.map((outcome) => ('error' in outcome ? outcome.error : outcome.rows[0]));
    expect(found.map(String).sort()).toEqual(['image-0', 'image-1 gone', 'image-2', 'image-3', 'image-4']);
    expect([...batches].sort()).toEqual(['0', '012', '1', '1', '2', '34']);
  });

  it('ends with what working on a batch throws, after the other batches', async () => {
    const seen: string[] = [];
    const executor = dispatch<Item, string>({
      ...{ concurrency: 2, batch: 1 },
      async work([item]) {
        if (item!.id === 'image-1') throw new Error('cannot be opened');
        await new Promise((resolve) => setTimeout(resolve, 5));
        return { outcomes: [{ item: item!, rows: [] }] };
      },
    });
    const run = (async () => {
      for await (const { item } of executor.execute(numbered(9))) seen.push(item.id);
    })();
    await expect(run).rejects.toThrow('cannot be opened');
    expect(seen).toEqual(['image-0']);
  });

  it('refuses numbers that are no whole numbers from 1', () => {
    const work = async () => ({ outcomes: [] });
    for (const numbers of [{ concurrency: 0 }, { batch: 1.5 }, { attempts: -1 }]) {
      expect(() => dispatch({ concurrency: 1, batch: 1, work, ...numbers })).toThrow(RangeError);
    }
  });
});
