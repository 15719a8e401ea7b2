import { definePlugin, EXECUTOR, type OptionSchema } from '@understory/core';
import { inThisProcess } from './in-this-process.ts';
import { name, version } from './manifest.ts';
import { threads } from './threads.ts';

const options = {
  workers: {
    type: 'integer',
    default: 0,
    range: [0, 1024],
    description: 'How many threads at most; 0 for as many as there are cores. Fewer where memory does not suffice.',
  },
} as const satisfies OptionSchema;

export default definePlugin({
  name,
  version,
  hostApi: '^1.0.0',
  provides: [
    {
      kind: 'executor',
      id: 'in-process',
      title: 'In this process',
      description: 'Works on items where the study is open.',
    },
    {
      kind: 'executor',
      id: 'threads',
      title: 'Worker threads',
      description: 'Works on items in threads, each with sessions of its own of one thread.',
      options,
      unnamedOption: 'workers',
    },
  ],
  register(registry) {
    registry.bind(EXECUTOR, 'in-process', () => inThisProcess);
    registry.bind(EXECUTOR, 'threads', (_, { workers }) => threads({ workers: Number(workers) }));
  },
});
