import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { inProcess } from '../src/index.ts';
import { collected, numbered } from './support/study.ts';

const pause = (turns: number) => new Promise((resolve) => setTimeout(resolve, turns));

describe('inProcess', () => {
  it('has at most so many items under way and asks for no more', async () => {
    for (const concurrency of [1, 3]) {
      let [under, most, asked] = [0, 0, 0];
      const experiment = {
        rows: async () => {
          under += 1;
          most = Math.max(most, under);
          await pause(1);
          under -= 1;
          return [];
        },
      };
      const items = (async function* () {
        for await (const item of numbered(12)) {
          asked += 1;
          expect(asked).toBeLessThanOrEqual(most === 0 ? 1 : 12);
          yield item;
        }
      })();
      expect(await collected(inProcess({ experiment, seed: 1, concurrency }).execute(items))).toHaveLength(12);
      expect(most).toBe(concurrency);
    }
  });

  it('gives one outcome an item, as they are ready', async () => {
    const experiment = {
      rows: async ({ id }: { readonly id: string }) => {
        if (id === 'image-0') await pause(20);
        if (id === 'image-2') throw new Error('no');
        return [id];
      },
    };
    const outcomes = await collected(inProcess({ experiment, seed: 1, concurrency: 2 }).execute(numbered(4)));
    expect(outcomes.map(({ item }) => item.id)).toEqual(['image-1', 'image-2', 'image-3', 'image-0']);
    expect(outcomes[1]).toEqual({ item: { id: 'image-2' }, error: new Error('no') });
  });

  it('draws the same numbers for an item whatever came before', async () => {
    const experiment = {
      rows: async (_: unknown, random: { uniform(): number }) => [random.uniform()],
    };
    const draws = async (ids: readonly string[], concurrency: number) => {
      const items = (async function* () {
        for (const id of ids) yield { id };
      })();
      const outcomes = await collected(inProcess({ experiment, seed: 3, concurrency }).execute(items));
      return new Map(outcomes.map((outcome) => [outcome.item.id, 'rows' in outcome ? outcome.rows[0] : undefined]));
    };
    const ids = ['a', 'b', 'c', 'd'];
    const expected = await draws(ids, 1);
    expect(new Set(expected.values()).size).toBe(4);
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray(ids), fc.integer({ min: 1, max: 4 }), async (some, concurrency) => {
        for (const [id, draw] of await draws(some, concurrency)) expect(draw).toBe(expected.get(id));
      }),
      { seed: 1, numRuns: 30 },
    );
  });

  it('gives the outcomes of what is under way before the error of the stream', async () => {
    const items = (async function* () {
      yield* numbered(2);
      throw new Error('broken');
    })();
    const experiment = { rows: async () => (await pause(5), []) };
    const seen: string[] = [];
    const run = (async () => {
      for await (const { item } of inProcess({ experiment, seed: 1, concurrency: 3 }).execute(items))
        seen.push(item.id);
    })();
    await expect(run).rejects.toThrow('broken');
    expect(seen.sort()).toEqual(['image-0', 'image-1']);
  });

  it('waits for what is under way and closes the stream when nobody wants more', async () => {
    let [under, closed] = [0, false];
    const experiment = {
      rows: async ({ id }: { readonly id: string }) => {
        under += 1;
        await pause(id === 'image-0' ? 1 : 10);
        under -= 1;
        return [];
      },
    };
    const items = (async function* () {
      try {
        yield* numbered(9);
      } finally {
        closed = true;
      }
    })();
    const outcomes = inProcess({ experiment, seed: 1, concurrency: 3 }).execute(items)[Symbol.asyncIterator]();
    expect(await outcomes.next()).toMatchObject({ value: { item: { id: 'image-0' } } });
    expect(under).toBeGreaterThan(0);
    await outcomes.return?.();
    expect([under, closed]).toEqual([0, true]);
  });
});
