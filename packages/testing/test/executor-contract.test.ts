import { describe, expect, it } from '@jest/globals';
import { errors, UnderstoryError } from '@understory/core';
import type { ExecutorKind, Outcome, WorkRequest } from '@understory/core';
import { executorContract } from '@understory/testing';
import { failuresOf, unbroken } from './subjects.ts';

type Request = WorkRequest<{ readonly id: string }, unknown>;
type Items = AsyncIterable<{ readonly id: string }>;
type Outcomes = AsyncIterable<Outcome<{ readonly id: string }, unknown>>;

/** An executor of the work in this process, whose outcomes are made by `execute`. */
const kindOf = (execute: (items: Items, request: Request) => Outcomes): ExecutorKind => ({
  open: async (request) => ({
    notes: [],
    execute: (items) => execute(items, request as unknown as Request) as ReturnType<typeof request.here.execute>,
    close: async () => undefined,
  }),
});

const contractOf = (create: () => ExecutorKind) => executorContract({ create, module: 'none', most: 2 });

/** Outcomes of the work here, changed one by one. */
const changed = (
  change: (outcome: Outcome<{ readonly id: string }, unknown>) => Outcome<{ readonly id: string }, unknown>,
) =>
  kindOf(async function* (items, { here }) {
    for await (const outcome of here.execute(items)) yield change(outcome);
  });

describe('executorContract on an executor that keeps it', () => {
  const plain = kindOf((items, { here }) => here.execute(items));
  for (const { name, run, timeout } of contractOf(() => plain)) it(name, run, timeout);
});

describe('executorContract', () => {
  const seen = new Map<string, number>();
  const broken: readonly (readonly [what: string, kind: ExecutorKind, caught: readonly string[]])[] = [
    [
      'gives an outcome twice',
      kindOf(async function* (items, { here }) {
        for await (const outcome of here.execute(items)) yield* [outcome, outcome];
      }),
      ['one outcome for each item'],
    ],
    [
      'mixes up what it was given',
      changed((outcome) => ('error' in outcome ? outcome : { ...outcome, rows: [...outcome.rows].reverse() })),
      ['one outcome for each item'],
    ],
    [
      'does an item once and never again',
      changed((outcome) => {
        const { id } = outcome.item;
        seen.set(id, (seen.get(id) ?? 0) + 1);
        return 'error' in outcome || seen.get(id) === 1 ? outcome : { ...outcome, rows: [] };
      }),
      ['whatever the order'],
    ],
    [
      'loses what an error says',
      changed((outcome) => ('error' in outcome ? { ...outcome, error: new Error(String(outcome.error)) } : outcome)),
      ['its diagnosis'],
    ],
    [
      'reads all items before it begins',
      kindOf(async function* (items, { here }) {
        const all: { readonly id: string }[] = [];
        for await (const item of items) {
          all.push(item);
          if (all.length === 40) break;
        }
        yield* here.execute(
          (async function* () {
            yield* all;
          })(),
        );
      }),
      ['only as it can take them'],
    ],
    [
      'leaves the stream open',
      kindOf(async function* (items, { here }) {
        const source = items[Symbol.asyncIterator]();
        yield* here.execute({ [Symbol.asyncIterator]: () => ({ next: () => source.next() }) });
      }),
      ['closes their stream'],
    ],
    [
      'hides the error of the stream',
      kindOf(async function* (items, { here }) {
        try {
          yield* here.execute(items);
        } catch {
          return;
        }
      }),
      ['the error of the stream'],
    ],
    [
      'drops what is kept',
      {
        open: async (request) => ({
          notes: [],
          execute: (items) => request.here.execute(without(items, 'file-')),
          close: async () => undefined,
        }),
      },
      ['cannot be kept'],
    ],
    [
      'hands outcomes over before their files',
      kindOf(async function* (items, { keep }) {
        for await (const item of items) {
          yield { item, rows: [] };
          await keep({ name: `${item.id}/late` });
        }
      }),
      ['before its outcome'],
    ],
    [
      'makes failures of what was interrupted',
      kindOf(async function* (items, { here, signal }) {
        for await (const item of items) {
          if (signal?.aborted === true) yield { item, error: new Error('interrupted') };
          else yield* here.execute(only(item));
          if (signal?.aborted === true && item.id.startsWith('held')) return;
        }
      }),
      ['after the signal'],
    ],
    [
      'speaks in no words',
      {
        open: async ({ here }) => ({
          notes: [' '],
          execute: (items) => here.execute(items),
          close: async () => undefined,
        }),
      },
      ['in words'],
    ],
    [
      'refuses without saying why',
      {
        async open(request) {
          if (request.elsewhere === undefined) throw new Error('no');
          return { notes: [], execute: (items) => request.here.execute(items), close: async () => undefined };
        },
      },
      ['or refuses it'],
    ],
  ];

  it.each(broken)('catches an executor that %s', async (_, kind, caught) => {
    const cases = contractOf(() => kind);
    const failures = await failuresOf(cases);
    for (const name of caught) expect(failures.join('\n')).toContain(name);
    expect(failures.length).toBeLessThan(cases.length);
  });

  it('has one that breaks each promise', async () => {
    seen.clear();
    expect(await unbroken(broken.map(([, kind]) => contractOf(() => kind)))).toEqual([]);
  });

  it('lets an executor refuse what only another process can do', async () => {
    const remote: ExecutorKind = {
      async open(request) {
        if (request.elsewhere !== undefined) throw errors.unknownId({ kind: 'executor', id: 'x', suggestions: [] });
        throw new UnderstoryError({ code: 'WORK_NOT_ELSEWHERE', message: 'No.', found: '', expected: '', next: '' });
      },
    };
    const last = contractOf(() => remote).at(-1)!;
    await expect(last.run()).resolves.toBeUndefined();
  });
});

async function* only<T>(item: T): AsyncGenerator<T> {
  yield item;
}

async function* without<T extends { readonly id: string }>(items: AsyncIterable<T>, prefix: string): AsyncGenerator<T> {
  for await (const item of items) if (!item.id.startsWith(prefix)) yield item;
}
