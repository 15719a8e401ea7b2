import { definePlugin, EXECUTOR, type OptionSchema } from '@understory/core';
import { name, version } from './manifest.ts';
import { queue } from './queue.ts';

const options = {
  url: {
    type: 'text',
    default: 'redis://127.0.0.1:6379/0',
    description: 'Where Redis is; rediss:// for TLS.',
  },
  attempts: {
    type: 'integer',
    default: 5,
    range: [1, 100],
    description: 'How often an image is tried whose worker is lost or cannot read its files.',
  },
  ahead: {
    type: 'integer',
    default: 1024,
    range: [1, 100_000],
    description: 'The most batches in Redis at once.',
  },
  wait: {
    type: 'number',
    default: 0,
    range: [0, 1e6],
    description: 'Seconds without any worker after which the study stops, to be gone on with later; 0 to wait.',
  },
  stall: {
    type: 'number',
    default: 20,
    range: [1, 3600],
    description: 'Seconds without a sign of life after which a batch is given to another worker.',
  },
} as const satisfies OptionSchema;

export default definePlugin({
  name,
  version,
  hostApi: '^1.0.0',
  provides: [
    {
      kind: 'executor',
      id: 'queue',
      title: 'Other machines',
      description: 'Hands out items to workers on any machine, through BullMQ and Redis.',
      options,
      unnamedOption: 'url',
    },
  ],
  register(registry) {
    registry.bind(EXECUTOR, 'queue', (_, { url, attempts, ahead, wait, stall }) =>
      queue({
        ...{ url: String(url), attempts: Number(attempts), ahead: Number(ahead), wait: Number(wait) },
        timing: { stall: 1000 * Number(stall) },
      }),
    );
  },
});
