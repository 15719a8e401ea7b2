import { describe, expect, it } from '@jest/globals';
import type { Executor, Outcome } from '@understory/core';
import { dispatch } from '@understory/experiments';
import { onceItPays, type Handover } from '../src/execution/once-it-pays.ts';

interface Item {
  readonly id: string;
}

/** An executor whose items each take so many milliseconds of a clock that only it moves. */
function worker(by: string, clock: { now: number }, milliseconds: number): Executor<Item, string> {
  return dispatch<Item, string>({
    ...{ concurrency: 1, batch: 1 },
    async work(items) {
      clock.now += milliseconds;
      return { outcomes: items.map((item) => ({ item, rows: [by] })) };
    },
  });
}

/** Items, how many of them were asked for, and whether their stream was closed. */
function counted(count: number, broken?: Error) {
  const state = { asked: 0, isClosed: false };
  const items = (async function* () {
    try {
      for (let at = 0; at < count; at += 1) {
        state.asked += 1;
        yield { id: `${at}` };
      }
      if (broken !== undefined) throw broken;
    } finally {
      state.isClosed = true;
    }
  })();
  return { items, state };
}

function handover(given: Partial<Handover<Item, string>> & { readonly milliseconds: number; readonly count: number }) {
  const clock = { now: 0 };
  const told: string[] = [];
  const { milliseconds, count, ...options } = given;
  const executor = onceItPays<Item, string>({
    here: worker('here', clock, milliseconds),
    others: { ...worker('there', clock, 1), start: async () => void told.push('started') },
    left: (outcomes) => count - outcomes,
    least: 20,
    onStart: () => void told.push('told'),
    now: () => clock.now,
    ...options,
  });
  return { executor, told };
}

async function workers(outcomes: AsyncIterable<Outcome<Item, string>>): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const outcome of outcomes) found.push('error' in outcome ? 'failed' : outcome.rows[0]!);
  return found;
}

describe('onceItPays', () => {
  it('measures after the first outcome, tells, starts the others and hands what is left over', async () => {
    const { items, state } = counted(100);
    const { executor, told } = handover({ milliseconds: 300, count: 100 });
    const found = await workers(executor.execute(items));
    expect(told).toEqual(['told', 'started']);
    expect(found).toHaveLength(100);
    // Three outcomes are half a second after the first; what was asked for by then is worked on here.
    const here = found.filter((by) => by === 'here').length;
    expect([found.slice(0, 3), here >= 3 && here < 8, found.at(-1)]).toEqual([['here', 'here', 'here'], true, 'there']);
    expect(found.lastIndexOf('here')).toBe(here - 1);
    expect(state).toEqual({ asked: 100, isClosed: true });
  });

  it.each([
    ['what is left takes less', { milliseconds: 190, count: 100 }],
    ['others cannot be started', { milliseconds: 300, count: 100, others: { ...failing(), execute: never } }],
    [
      'others are not started before the items end',
      { milliseconds: 300, count: 100, others: { ...pending(), execute: never } },
    ],
    ['most of the items were done before', { milliseconds: 300, count: 100, left: () => 10 }],
  ])('works on all of them here where %s', async (_, given) => {
    const { executor } = handover(given);
    const found = await workers(executor.execute(counted(100).items));
    expect(found).toEqual(Array.from({ length: 100 }, () => 'here'));
  });

  it('throws what the stream of items throws after the outcomes, and closes it when nobody wants more', async () => {
    const broken = handover({ milliseconds: 1, count: 3 }).executor.execute(counted(3, new Error('torn')).items);
    const ids: string[] = [];
    const read = async () => {
      for await (const { item } of broken) ids.push(item.id);
    };
    await expect(read()).rejects.toThrow('torn');
    expect(ids).toEqual(['0', '1', '2']);

    for (const enough of [1, 50]) {
      const { items, state } = counted(100);
      let seen = 0;
      for await (const outcome of handover({ milliseconds: 300, count: 100 }).executor.execute(items)) {
        expect('rows' in outcome).toBe(true);
        seen += 1;
        if (seen === enough) break;
      }
      expect(state.isClosed).toBe(true);
    }
  });
});

function failing() {
  return { start: () => Promise.reject(new Error('no memory')) };
}

function pending() {
  return { start: () => new Promise<void>(() => undefined) };
}

function never(): AsyncIterable<never> {
  throw new Error('nothing is handed over');
}
