import { expect, it } from '@jest/globals';
import { createHost, definePlugin, EXECUTOR, type ExecutorKind, type WorkRequest } from '@understory/core';
import { openExecutor, type AnyStudy, type Environment, type ExecutorChoice } from '../src/index.ts';
import { memoryFiles } from './support/memory-files.ts';

type Request = WorkRequest<{ readonly id: string }, unknown>;

/** A host with the executor threads of so many workers, which notes what it is asked. */
function hostWith(asked: { workers: unknown; request: Request }[], count: number) {
  const host = createHost();
  const kindOf = (workers: unknown): ExecutorKind => ({
    async open(request) {
      asked.push({ workers, request: request as unknown as Request });
      return {
        ...{ notes: ['noted'], workers: count, start: async () => undefined, close: async () => undefined },
        execute: (items) => request.here.execute(items),
      };
    },
  });
  const options = { workers: { type: 'integer', default: 0, range: [0, 9], description: 'How many.' } } as const;
  host.use(
    definePlugin({
      ...{ name: 'fake', version: '1.0.0', hostApi: '^1.0.0' },
      provides: [{ kind: 'executor', id: 'threads', title: 'Threads', description: 'Fake.', options }],
      register: (registry) => registry.bind(EXECUTOR, 'threads', (_, { workers }) => kindOf(workers)),
    }),
    { from: 'test' },
  );
  host.start();
  return host;
}

function study(kind: string, executionProvider = 'cpu'): AnyStudy {
  const record = { seed: 1, backends: [{ executionProvider }] };
  const experiment = { rows: async ({ id }: { readonly id: string }) => [id] };
  return { spec: { study: kind, model: 'm' }, record, experiment, together: 5 } as unknown as AnyStudy;
}

async function opened(of: AnyStudy, choice: Partial<ExecutorChoice>, count = 2) {
  const asked: { workers: unknown; request: Request }[] = [];
  const specs: unknown[] = [];
  const store = memoryFiles();
  const environment = {
    loadPlugins: async () => ({ host: hostWith(asked, count), backendOf: () => undefined }),
    async elsewhere(spec: unknown) {
      specs.push(spec);
      return { module: 'file:///work.js', data: { spec }, bytes: 7 };
    },
  } as unknown as Environment;
  const executor = await openExecutor(of, { ...{ environment, store, workers: 'auto', size: 100 }, ...choice });
  return { executor, asked, specs, store };
}

it('prepares threads by default on processors, each with sessions of one thread, and tells of them when they start', async () => {
  const { executor, asked, specs, store } = await opened(study('evaluate'), {});
  expect(executor?.notes).toEqual([]);
  expect(asked.map(({ workers }) => workers)).toEqual([0]);
  expect(specs).toEqual([{ study: 'evaluate', model: 'm', threads: 1 }]);
  const { request } = asked[0]!;
  expect(request.elsewhere).toMatchObject({ module: 'file:///work.js', together: 5, bytes: 7 });
  await request.keep({ name: 'maps/a.bin', bytes: Uint8Array.from([1, 2]) });
  expect([...store.files.keys()]).toEqual(['maps/a.bin']);
  await request.keep({ name: 'maps/a.bin' });
  expect([...store.files.keys()]).toEqual([]);
  await executor?.close();
});

it('takes as many as are asked for, wherever the network runs and however few images there are', async () => {
  const { executor, asked } = await opened(study('probe', 'cuda'), { workers: 3, size: 2 });
  expect(executor?.notes).toEqual(['noted']);
  expect(asked.map(({ workers }) => workers)).toEqual([3]);
});

it.each([
  ['one worker', study('evaluate'), { workers: 1 }],
  ['one image', study('evaluate'), { size: 1 }],
  ['a device that all workers would share', study('attack', 'cuda'), {}],
  ['explanations, which are shown where they were asked for', study('explain'), { workers: 4 }],
] as const)('works in this process with %s', async (_, of, choice) => {
  const { executor, asked } = await opened(of, choice);
  expect([executor, asked]).toEqual([undefined, []]);
});

it('works in this process by default where memory or cores suffice for one worker', async () => {
  const { executor } = await opened(study('evaluate'), {}, 1);
  expect(executor).toBeUndefined();
});
