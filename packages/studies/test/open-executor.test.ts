import { expect, it } from '@jest/globals';
import { createHost, definePlugin, EXECUTOR, type ExecutorKind, type WorkRequest } from '@understory/core';
import { openExecutor, type AnyStudy, type Environment, type ExecutorChoice } from '../src/index.ts';
import { memoryFiles } from './support/memory-files.ts';

type Request = WorkRequest<{ readonly id: string }, unknown>;

/** A host with the executor threads, which notes what it is asked. */
function hostWith(asked: { workers: unknown; request: Request }[]) {
  const host = createHost();
  const kindOf = (workers: unknown): ExecutorKind => ({
    async open(request) {
      asked.push({ workers, request: request as unknown as Request });
      return { notes: ['noted'], execute: (items) => request.here.execute(items), close: async () => undefined };
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

async function opened(of: AnyStudy, choice: Partial<ExecutorChoice>) {
  const asked: { workers: unknown; request: Request }[] = [];
  const specs: unknown[] = [];
  const store = memoryFiles();
  const environment = {
    loadPlugins: async () => ({ host: hostWith(asked), backendOf: () => undefined }),
    async elsewhere(spec: unknown) {
      specs.push(spec);
      return { module: 'file:///work.js', data: { spec }, bytes: 7 };
    },
  } as unknown as Environment;
  const executor = await openExecutor(of, { ...{ environment, store, workers: 'auto', size: 100 }, ...choice });
  return { executor, asked, specs, store };
}

it('takes threads by default for many images on processors, each with sessions of one thread', async () => {
  const { executor, asked, specs, store } = await opened(study('evaluate'), {});
  expect(executor?.notes).toEqual(['noted']);
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
  const { asked } = await opened(study('probe', 'cuda'), { workers: 3, size: 2 });
  expect(asked.map(({ workers }) => workers)).toEqual([3]);
});

it.each([
  ['one worker', study('evaluate'), { workers: 1 }],
  ['few images', study('evaluate'), { size: 15 }],
  ['a device that all workers would share', study('attack', 'cuda'), {}],
  ['explanations, which are shown where they were asked for', study('explain'), { workers: 4 }],
] as const)('works in this process with %s', async (_, of, choice) => {
  const { executor, asked } = await opened(of, choice);
  expect([executor, asked]).toEqual([undefined, []]);
});
