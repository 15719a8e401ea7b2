import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { DatasetReader } from '../src/reader.ts';
import { select } from '../src/select.ts';
import { all, diagnosis, idsOf } from './fixtures.ts';

/** Rows 0, 1, 2 ... that say how many of them were asked for. */
function rows(size: number, unreadable: readonly number[] = []): DatasetReader & { listed: number } {
  return {
    name: 'rows',
    classes: ['a'],
    size,
    listed: 0,
    async *items(start) {
      for (let row = start; row < size; row += 1) {
        this.listed += 1;
        yield {
          id: `${row}`,
          label: 'a',
          read: async () => {
            if (unreadable.includes(row)) throw new Error(`row ${row}`);
            return Uint8Array.of(row);
          },
        };
      }
    },
  };
}

const sizes = fc.integer({ min: 1, max: 40 });

/** A selection that leaves something of so many rows. */
const selections = sizes.chain((size) =>
  fc.record({
    size: fc.constant(size),
    offset: fc.integer({ min: 0, max: size - 1 }),
    limit: fc.option(fc.integer({ min: 1, max: 50 }), { nil: undefined }),
    count: fc.integer({ min: 1, max: 9 }),
  }),
);

const without = <Value extends object>(value: Value) =>
  Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as {
    [Key in keyof Value]: NonNullable<Value[Key]>;
  };

describe('select', () => {
  it('takes the items that a slice of the list would hold', async () => {
    await fc.assert(
      fc.asyncProperty(selections, async ({ size, offset, limit }) => {
        const list = Array.from({ length: size }, (_, row) => `${row}`);
        const dataset = await select(rows(size), without({ offset, limit }));
        const expected = list.slice(offset, limit === undefined ? undefined : offset + limit);
        expect(await idsOf(dataset)).toEqual(expected);
        expect(dataset.size).toBe(expected.length);
      }),
      { seed: 1, numRuns: 60 },
    );
  });

  it('splits a selection into shards that share nothing, leave out nothing and keep the order', async () => {
    await fc.assert(
      fc.asyncProperty(selections, async ({ size, offset, limit, count }) => {
        const whole = await idsOf(await select(rows(size), without({ offset, limit })));
        const shards = await Promise.all(
          Array.from({ length: count }, async (_, index) => {
            const shard = await select(rows(size), { ...without({ offset, limit }), shard: { index, count } });
            const ids = await idsOf(shard);
            expect(shard.size).toBe(ids.length);
            expect(ids).toEqual(whole.filter((_id, place) => place % count === index));
            return ids;
          }),
        );
        const united = shards.flat();
        expect(united).toHaveLength(whole.length);
        expect(new Set(united)).toEqual(new Set(whole));
        const lengths = shards.map((ids) => ids.length);
        expect(Math.max(...lengths) - Math.min(...lengths)).toBeLessThanOrEqual(1);
      }),
      { seed: 2, numRuns: 60 },
    );
  });

  it('selects ids first, in the order of the data set, each once', async () => {
    const dataset = await select(rows(10), { ids: ['7', '2', '2', '9', '4'], offset: 1, limit: 2 });
    expect(await idsOf(dataset)).toEqual(['4', '7']);
    expect(dataset.size).toBe(2);
    const shard = await select(rows(10), { ids: ['7', '2', '9', '4'], shard: { index: 1, count: 2 } });
    expect(await idsOf(shard)).toEqual(['4', '9']);
  });

  it('lists nothing in front of the offset and at most one item behind the limit', async () => {
    const reader = rows(1000);
    await idsOf(await select(reader, { offset: 900, limit: 10 }));
    expect(reader.listed).toBeLessThanOrEqual(11);
  });

  it('can be streamed more than once', async () => {
    const dataset = await select(rows(4), { limit: 3 });
    expect(await idsOf(dataset)).toEqual(await idsOf(dataset));
  });

  it('hands out an item that cannot be read, and goes on', async () => {
    const items = await all(await select(rows(3, [1]), {}));
    const outcomes = await Promise.allSettled(items.map((item) => item.read()));
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  it('ends the stream at an item that cannot be read where it is strict', async () => {
    const seen: string[] = [];
    const dataset = await select(rows(3, [1]), { strict: true });
    const stream = async () => {
      for await (const item of dataset.items()) seen.push(`${item.id}: ${await item.read()}`);
    };
    await expect(stream()).rejects.toThrow('row 1');
    expect(seen).toEqual(['0: 0']);
  });

  it.each<[option: string, selection: object, found: string]>([
    ['offset', { offset: -1 }, '-1'],
    ['limit', { limit: 0 }, '0'],
    ['limit', { limit: 1.5 }, '1.5'],
    ['shard.count', { shard: { index: 0, count: 0 } }, '0'],
    ['shard.index', { shard: { index: 3, count: 3 } }, '3'],
  ])('refuses a bad %s', async (option, selection, found) => {
    const error = await diagnosis(select(rows(3), selection));
    expect([error.code, error.found]).toEqual(['DATASET_OPTION_INVALID', found]);
    expect(error.message).toContain(`"${option}"`);
  });

  it('says which ids it did not find, and what ids look like', async () => {
    const error = await diagnosis(select(rows(3), { ids: ['1', 'x', 'y'] }));
    expect(error).toMatchObject({
      code: 'DATASET_ID_UNKNOWN',
      found: '"x", "y"',
      expected: 'ids of its items, such as "0"',
    });
    expect((await diagnosis(select(rows(3), { ids: [] }))).code).toBe('DATASET_ID_UNKNOWN');
  });

  it('says that the offset leaves nothing', async () => {
    const error = await diagnosis(select(rows(3), { offset: 3 }));
    expect(error).toMatchObject({ code: 'DATASET_EMPTY', found: 'an offset of 3' });
  });
});
