import { describe, expect, it } from '@jest/globals';
import { createHost, EXECUTOR } from '@understory/core';
import { executorContract } from '@understory/testing';
import plugin, { inThisProcess, threads } from '../src/index.ts';
import { contractModule, onSources } from './support/open-threads.ts';

describe('the executor in-process', () => {
  const subject = { create: () => inThisProcess, module: contractModule, most: 1 };
  for (const { name, run, timeout } of executorContract(subject)) it(name, run, timeout);
});

describe('the executor threads', () => {
  const create = () => threads({ workers: 2, execArgv: onSources });
  // Two batches of two under way, and a third gathered.
  const subject = { create, module: contractModule, most: 6 };
  for (const { name, run, timeout } of executorContract(subject)) it(name, run, timeout);
});

describe('the plugin', () => {
  it('provides both, and the number of workers as a setting', async () => {
    const host = createHost();
    host.use(plugin, { from: 'test' });
    host.start();
    expect(host.list('executor').map(({ id }) => id)).toEqual(['in-process', 'threads']);
    expect(host.optionsOf('executor', 'threads', { workers: '3' })).toEqual({ workers: 3 });
    const kind = host.get(EXECUTOR, 'in-process');
    const here = {
      async *execute(items: AsyncIterable<{ readonly id: string }>) {
        for await (const item of items) yield { item, rows: [item.id] };
      },
    };
    const opened = await kind.open({ here, size: 1, keep: async () => undefined });
    const items = (async function* () {
      yield { id: 'a' };
    })();
    const outcomes = [];
    for await (const outcome of opened.execute(items)) outcomes.push(outcome);
    expect(outcomes).toEqual([{ item: { id: 'a' }, rows: ['a'] }]);
    await host.dispose();
  });
});
