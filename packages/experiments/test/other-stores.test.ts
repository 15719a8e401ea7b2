import { describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { mergeShards, memoryStore, readRun, runExperiment, type Store } from '../src/index.ts';
import { opfsStore } from '../src/opfs/index.ts';
import { fakeDirectory, fakeLocks } from './support/fake-opfs.ts';
import { collected, contents, request, study, withFolder, type Row } from './support/study.ts';

const coded = (code: string, fields: Record<string, unknown> = {}) => expect.objectContaining({ code, ...fields });
const requestIn = (store: Store, count = 20) => ({ ...request('', count), store });
const worker = { worker: true, move: true };

/** Every finished file with its bytes, as `contents` gives them of a folder. */
async function contentsOf(store: Store): Promise<Record<string, string>> {
  const names = (await store.list('')).filter((name) => !name.endsWith('.jsonl'));
  const encodingOf = (name: string) => (name.endsWith('.parquet') ? 'hex' : 'utf8');
  const files = await Promise.all(
    names.map(async (name) => [name, Buffer.from((await store.read(name))!).toString(encodingOf(name))] as const),
  );
  return Object.fromEntries(files);
}

const stores: readonly (readonly [string, () => Store])[] = [
  ['memory', () => memoryStore()],
  ['a worker of a browser', () => opfsStore(fakeDirectory(worker), { locks: fakeLocks() })],
  ['a window of a browser', () => opfsStore(fakeDirectory({ worker: false, move: false }), { path: 'window' })],
];

describe.each(stores)('a run in %s', (_, open) => {
  it('writes what it writes on a disk, byte for byte, whether it goes on or is in shards', async () => {
    const expected = await withFolder(async (folder) => (await runExperiment(request(folder)), contents(folder)));
    const store = open();
    await runExperiment(requestIn(store, 8));
    expect(await runExperiment(requestIn(store))).toMatchObject({ worked: 12, done: 18, failed: 2 });
    expect(await contentsOf(store)).toEqual(expected);
    const run = await readRun<Row>(store);
    expect([run.complete, (await collected(run.rows())).length]).toEqual([true, 36]);

    const shared = open();
    await Promise.all([0, 1].map((index) => runExperiment({ ...requestIn(shared), shard: { index, count: 2 } })));
    await mergeShards({ store: shared, experiment: study() });
    expect(await contentsOf(shared)).toEqual(expected);
  });

  it('has a lock, which ends with it', async () => {
    const store = open();
    const experiment = study(async ({ id }) => {
      if (id !== 'image-1') return;
      const next = expect.not.stringContaining('delete');
      await expect(runExperiment(requestIn(store))).rejects.toEqual(coded('RUN_LOCKED', { next }));
    });
    expect(await runExperiment({ ...requestIn(store), experiment })).toMatchObject({ worked: 20, failed: 2 });
    await (await store.lock({ name: 'run', beside: () => false })).release();
  });
});

describe('a run in a browser', () => {
  it.each([
    ['in place', worker],
    ['by copies', { worker: false, move: true }],
  ])('keeps what was flushed when there is no more room, and goes on: a log written %s', async (_, browser) => {
    const quota = { ...browser, quota: 2600 };
    const store = opfsStore(fakeDirectory(quota), { locks: fakeLocks() });
    await expect(runExperiment(requestIn(store))).rejects.toEqual(
      coded('RUN_FOLDER_NOT_WRITABLE', { found: 'QuotaExceededError of the fake' }),
    );
    const { done, failed } = await readRun(store);
    expect(done + failed).toBeGreaterThan(2);
    expect(done + failed).toBeLessThan(20);
    expect(await store.list('')).toEqual(['rows.jsonl', 'run.json']);
  });

  it('stops when its lock is stolen before it writes again', async () => {
    const locks = fakeLocks();
    const store = opfsStore(fakeDirectory(worker), { path: 'stolen', locks });
    const experiment = study(async ({ id }) => {
      if (id !== 'image-5') return;
      await new Promise((resolve) => setTimeout(resolve, 5));
      locks.steal('understory stolen run.lock');
    });
    await expect(runExperiment({ ...requestIn(store), experiment })).rejects.toEqual(coded('RUN_LOCK_LOST'));
    expect(await readRun(store)).toMatchObject({ done: 5 });
    expect(await runExperiment(requestIn(store))).toMatchObject({ worked: 15 });
  });

  it('clears away files that a closed tab had not finished', async () => {
    const store = opfsStore(fakeDirectory(worker), { locks: fakeLocks() });
    for (const name of ['run.json.1.tmp', 'tables/rows.csv.2.tmp']) await store.write(name, 'half');
    await runExperiment(requestIn(store));
    expect((await store.list('')).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });
});

describe('a log', () => {
  it('carries SHA-256 of the record and of its lines, as runs of other versions do', async () => {
    const store = memoryStore();
    const experiment = { rows: async () => [{ label: 'é \u{1f9c0} \ud800' }], summarise: async () => null };
    const { items, seed } = request('', 1);
    await runExperiment({ experiment, items, store, seed, description: { model: 'é', steps: 3 } });
    const digest = (text: string) => createHash('sha256').update(text).digest('hex');
    const run = digest('{"format":2,"model":"é","seed":7,"steps":3}').slice(0, 8);
    const body = (line: object) => JSON.stringify({ ...line, run });
    const sealed = (line: object) => `${body(line).slice(0, -1)},"sum":"${digest(body(line)).slice(0, 16)}"}\n`;
    expect(await store.readText('rows.jsonl')).toBe(
      sealed({ item: 'image-0', at: 0, rows: [{ label: 'é \u{1f9c0} \ud800' }] }) + sealed({ items: 1 }),
    );
  });
});
