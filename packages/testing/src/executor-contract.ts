import {
  environmentFailure,
  isDiagnosed,
  messageOf,
  type Cancellation,
  type Executor,
  type ExecutorKind,
  type KeptFile,
  type OpenExecutor,
  type Outcome,
  type WorkRequest,
} from '@understory/core';
import { check, checkRejects, isSame, once } from './check.ts';
import { timed, type ContractCase, type ContractTime } from './contract-case.ts';
import { contractProof, contractRows, openWork } from './executor-work.ts';

export interface ExecutorSubject extends ContractTime {
  readonly create: () => ExecutorKind | Promise<ExecutorKind>;
  /** The URL of `@understory/testing/executor-work`, for executors that open the work elsewhere. */
  readonly module: string;
  /** How many items may be under way or waiting at once. */
  readonly most: number;
}

interface Item {
  readonly id: string;
}

type Row = unknown;

/** How many items are best worked on together. */
const together = 2;

/** What the work is opened with. */
const data = { spec: 'contract', list: [1, 2.5, null] };

/** What every executor promises, one case a promise. The last case closes what the others share. */
export function executorContract({ create, module, most, ...time }: ExecutorSubject): readonly ContractCase[] {
  const files: KeptFile[] = [];
  const keepIn = (list: KeptFile[]) => async (file: KeptFile) => void list.push(file);
  const open = async (request: Partial<WorkRequest<Item, Row>> = {}): Promise<OpenExecutor<Item, Row>> => {
    const { keep = keepIn(files), signal } = request;
    return (await create()).open<Item, Row>({
      here: executorHere(keep, signal),
      elsewhere: { module, data, together, bytes: 2 ** 20, machines: { data, prove: async () => contractProof } },
      ...{ size: 12, keep, ...request },
    });
  };
  const shared = once(() => open());
  const outcomesOf = async (ids: readonly string[]) => collect((await shared()).execute(itemsOf(ids)));
  const plain = Array.from({ length: 7 }, (_, at) => `item-${at}`);

  return timed(time, [
    {
      name: 'gives one outcome for each item, with its rows',
      async run() {
        const outcomes = await outcomesOf(plain);
        checkIds(outcomes, plain);
        for (const outcome of outcomes) checkRows(outcome);
        checkIds(await outcomesOf([]), []);
      },
    },
    {
      name: 'gives the same rows whatever the order of the items, and for items of earlier streams',
      async run() {
        const outcomes = await outcomesOf([...plain].reverse());
        checkIds(outcomes, plain);
        for (const outcome of outcomes) checkRows(outcome);
      },
    },
    {
      name: 'makes what fails the outcome of that item, with its code, its diagnosis and its cause',
      async run() {
        const ids = ['item-1', 'bad-2', 'item-3', 'gone-4', 'item-5'];
        const outcomes = await outcomesOf(ids);
        checkIds(outcomes, ids);
        for (const outcome of outcomes) {
          const { id } = outcome.item;
          if (id.startsWith('item')) {
            checkRows(outcome);
            continue;
          }
          check('error' in outcome, `${id}: expected an error, found rows`);
          const { error } = outcome;
          if (id.startsWith('gone')) {
            check(environmentFailure(error) === 'ENOENT', `${id}: expected ENOENT, found ${messageOf(error)}`);
            continue;
          }
          check(isDiagnosed(error), `${id}: expected a diagnosis, found ${messageOf(error)}`);
          const found = [error.code, error.message, error.found, error.expected, error.next, messageOf(error.cause)];
          const expected = ['CONTRACT_ITEM', `${id} is bad.`, id, 'another', 'Take another.', 'badness'];
          check(isSame(found, expected), `${id}: expected ${expected.join(' | ')}, found ${found.join(' | ')}`);
        }
      },
    },
    {
      name: 'asks for items only as it can take them, and closes their stream when nobody wants more',
      async run() {
        const stream = counted();
        let finished = 0;
        for await (const outcome of (await shared()).execute(stream.items)) {
          checkRows(outcome);
          const ahead = stream.asked() - finished;
          check(ahead <= most, `expected at most ${most} items under way, found ${ahead}`);
          finished += 1;
          if (finished === 5) break;
        }
        check(stream.isClosed(), 'expected the stream of items to be closed, found it open');
      },
    },
    {
      name: 'gives the outcomes of what is under way before the error of the stream',
      async run() {
        const broken = async function* () {
          yield* itemsOf(plain.slice(0, 3));
          throw new Error('the stream is broken');
        };
        const outcomes: Outcome<Item, Row>[] = [];
        let failure: unknown;
        try {
          for await (const outcome of (await shared()).execute(broken())) outcomes.push(outcome);
        } catch (error) {
          failure = error;
        }
        const said = failure === undefined ? 'nothing' : messageOf(failure);
        check(said === 'the stream is broken', `expected the error of the stream, found ${said}`);
        checkIds(outcomes, plain.slice(0, 3));
      },
    },
    {
      name: 'keeps the files of an item before its outcome, in order',
      async run() {
        files.length = 0;
        for await (const { item } of (await shared()).execute(itemsOf(['file-1', 'item-2', 'file-3']))) {
          if (!item.id.startsWith('file')) continue;
          const own = files.filter(({ name }) => name.startsWith(`${item.id}/`));
          const expected: readonly KeptFile[] = [
            { name: `${item.id}/first.bin`, bytes: Uint8Array.from([1, 2, item.id.length]) },
            { name: `${item.id}/second.txt`, bytes: new TextEncoder().encode(item.id) },
            { name: `${item.id}/first.bin` },
          ];
          const shown = own.map(({ name, bytes }) => `${name} ${bytes?.join() ?? 'removed'}`).join('; ');
          check(
            own.length === 3 && own.every((file, at) => isSameFile(file, expected[at]!)),
            `${item.id}: expected two files written and one of them removed, found ${shown || 'none'}`,
          );
        }
      },
    },
    {
      name: 'makes an item fail whose files cannot be kept',
      async run() {
        const opened = await open({
          async keep() {
            throw Object.assign(new Error('ENOSPC: no space left'), { code: 'ENOSPC' });
          },
        });
        try {
          const outcomes = await collect(opened.execute(itemsOf(['file-1'])));
          checkIds(outcomes, ['file-1']);
          const [outcome] = outcomes;
          const code = 'error' in outcome! ? environmentFailure(outcome.error) : undefined;
          check(code === 'ENOSPC', `expected an outcome with ENOSPC, found ${code ?? 'rows'}`);
        } finally {
          await opened.close();
        }
      },
    },
    {
      name: 'begins nothing after the signal, and makes no outcome of what fails then',
      async run() {
        const signal = newSignal();
        const opened = await open({ signal });
        try {
          const stream = counted((at) => (at < together ? `item-${at}` : `held-${at}`));
          const outcomes: Outcome<Item, Row>[] = [];
          for await (const outcome of opened.execute(stream.items)) {
            outcomes.push(outcome);
            signal.abort();
            check(outcomes.length <= most + together, 'expected an end after the signal, found more outcomes');
          }
          const failed = outcomes.filter((outcome) => 'error' in outcome).map(({ item }) => item.id);
          check(failed.length === 0, `expected no failures after the signal, found those of ${failed.join(', ')}`);
          const [asked, expected] = [stream.asked(), most + together];
          check(asked <= expected, `expected at most ${expected} items asked for, found ${asked}`);
          check(stream.isClosed(), 'expected the stream of items to be closed, found it open');
        } finally {
          await opened.close();
        }
      },
    },
    {
      name: 'tells in words what a user should know, and closes',
      async run() {
        const { notes } = await shared();
        const words = notes.every((note) => typeof note === 'string' && note.trim() !== '');
        check(words, `expected notes in words, found ${notes.join(' | ')}`);
        await (await shared()).close();
      },
    },
    {
      name: 'either does work that nobody can open elsewhere, or refuses it',
      async run() {
        const kind = await create();
        const request = { here: executorHere(keepIn([])), size: 1, keep: keepIn([]) };
        let opened: OpenExecutor<Item, Row>;
        try {
          opened = await kind.open<Item, Row>(request);
        } catch (failure) {
          return checkRejects('work only here', () => Promise.reject(failure), 'WORK_NOT_ELSEWHERE');
        }
        checkRows((await collect(opened.execute(itemsOf(['item-1']))))[0]!);
        await opened.close();
      },
    },
  ]);
}

/** The work as the process does it in which it is open, an item at a time. */
function executorHere(
  keep: (file: KeptFile) => Promise<void>,
  signal: Cancellation = newSignal(),
): Executor<Item, Row> {
  return {
    async *execute(items) {
      for await (const item of items) {
        if (signal.aborted) return;
        const made: KeptFile[] = [];
        const work = await openWork(data, { signal, keep: (file) => void made.push(file), onStep: () => undefined });
        const [outcome] = await work.rows([item.id]);
        if (outcome === undefined || ('error' in outcome && signal.aborted)) continue;
        try {
          for (const file of made) await keep(file);
          yield { ...outcome, item };
        } catch (error) {
          yield { item, error };
        }
      }
    },
  };
}

async function* itemsOf(ids: readonly string[]): AsyncGenerator<Item> {
  for (const id of ids) yield { id };
}

/** Items without end, and how many of them were asked for. */
function counted(idOf = (at: number) => `item-${at}`) {
  let [asked, closed] = [0, false];
  const items = (async function* () {
    try {
      for (let at = 0; ; at += 1) {
        asked += 1;
        yield { id: idOf(at) };
      }
    } finally {
      closed = true;
    }
  })();
  return { items, asked: () => asked, isClosed: () => closed };
}

async function collect(outcomes: AsyncIterable<Outcome<Item, Row>>): Promise<readonly Outcome<Item, Row>[]> {
  const all: Outcome<Item, Row>[] = [];
  for await (const outcome of outcomes) all.push(outcome);
  return all;
}

function checkIds(outcomes: readonly Outcome<Item, Row>[], ids: readonly string[]): void {
  const found = outcomes.map(({ item }) => item.id).sort();
  check(found.join() === [...ids].sort().join(), `expected outcomes of ${ids.join(', ')}, found ${found.join(', ')}`);
}

function checkRows(outcome: Outcome<Item, Row>): void {
  const { id } = outcome.item;
  check(!('error' in outcome), `${id}: expected rows, found ${'error' in outcome ? messageOf(outcome.error) : ''}`);
  const expected = contractRows(id, data);
  check(
    isSame(outcome.rows, expected),
    `${id}: expected ${JSON.stringify(expected)}, found ${JSON.stringify(outcome.rows)}`,
  );
}

/** Judged by its bytes, whatever class of typed array they are in. */
function isSameFile(one: KeptFile, other: KeptFile): boolean {
  return one.name === other.name && one.bytes?.join() === other.bytes?.join();
}

/** A signal without a runtime. */
function newSignal(): Cancellation & { abort(): void } {
  const listeners = new Set<() => void>();
  const state = { aborted: false, reason: undefined as unknown };
  return {
    get aborted() {
      return state.aborted;
    },
    get reason() {
      return state.reason;
    },
    throwIfAborted() {
      if (state.aborted) throw state.reason;
    },
    addEventListener: (_, listener) => void listeners.add(listener),
    removeEventListener: (_, listener) => void listeners.delete(listener),
    abort() {
      if (state.aborted) return;
      Object.assign(state, { aborted: true, reason: new Error('aborted') });
      for (const listener of listeners) listener();
    },
  };
}
