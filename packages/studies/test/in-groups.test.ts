import { describe, expect, it } from '@jest/globals';
import { seededRandom } from '@understory/core';
import { inGroups } from '../src/common/in-groups.ts';

interface Item {
  readonly id: string;
}

async function* stream(count: number, end?: Error): AsyncGenerator<Item> {
  for (let at = 0; at < count; at += 1) yield { id: `item ${at}` };
  if (end !== undefined) throw end;
}

function watched(signal: AbortSignal, act: (ids: readonly string[]) => void = () => undefined) {
  const groups: string[][] = [];
  const executor = inGroups<Item, number>({
    ...{ size: 3, seed: 7, signal },
    async work(items, randoms) {
      groups.push(items.map(({ id }) => id));
      act(groups.at(-1)!);
      return items.map((item, at) =>
        item.id === 'item 4' ? { item, error: new Error('torn') } : { item, rows: [randoms[at]!.uniform()] },
      );
    },
  });
  return { groups, executor };
}

async function collect<T>(
  source: AsyncIterable<T>,
): Promise<{ readonly outcomes: readonly T[]; readonly thrown?: unknown }> {
  const outcomes: T[] = [];
  try {
    for await (const outcome of source) outcomes.push(outcome);
    return { outcomes };
  } catch (thrown) {
    return { outcomes, thrown };
  }
}

const never = new AbortController().signal;

describe('inGroups', () => {
  it('works on so many at a time, each with the random stream of its own id, and tells of each', async () => {
    const { executor, groups } = watched(never);
    const { outcomes } = await collect(executor.execute(stream(7)));
    expect(groups.map(({ length }) => length)).toEqual([3, 3, 1]);
    expect(outcomes.map(({ item }) => item.id)).toEqual([...Array(7).keys()].map((at) => `item ${at}`));
    expect(outcomes[2]).toEqual({ item: { id: 'item 2' }, rows: [seededRandom(7).fork('item 2').uniform()] });
    expect(outcomes[4]).toHaveProperty('error');
  });

  it('works on what came before the stream broke, then says that it did', async () => {
    const end = new Error('gone');
    const { executor } = watched(never);
    const { outcomes, thrown } = await collect(executor.execute(stream(5, end)));
    expect([outcomes.length, thrown]).toEqual([5, end]);
  });

  it('begins nothing when it is told to stop, and takes no failure of then for an outcome', async () => {
    const stop = new AbortController();
    const { executor, groups } = watched(stop.signal, (ids) => ids.includes('item 4') && stop.abort());
    const { outcomes } = await collect(executor.execute(stream(9)));
    expect(groups).toHaveLength(2);
    expect(outcomes.map(({ item }) => item.id)).toEqual(['item 0', 'item 1', 'item 2', 'item 3', 'item 5']);
  });
});
