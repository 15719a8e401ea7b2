import { queue } from '@understory/executor-bullmq';

// A worker whose items cost nothing: what is left is the queue.

const [url, concurrency] = process.argv.slice(2);
const interruption = new AbortController();
process.once('SIGTERM', () => interruption.abort());
process.on('message', () => process.send(process.memoryUsage().rss));
await queue({ url }).serve({
  ...{ concurrency: Number(concurrency), signal: interruption.signal, onNotice: () => undefined },
  open: async () => ({
    ...{ proof: { tiny: '1' }, bytes: 1, close: async () => undefined },
    begin: async () => ({
      rows: async (ids) => ids.map((item) => ({ item, rows: [{ item, value: item.length }] })),
      close: async () => undefined,
    }),
  }),
});
process.disconnect?.();
