import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { queue as queueOf } from '@understory/executor-bullmq';
import { median, mib, table, times } from './lib/measure.mjs';
import { hasRedis, startRedis } from './lib/redis.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const program = here('../packages/cli/bin/understory.js');

/** Tiny items through the queue, and the memory of all processes on the way. */
async function tiny({ items, together, concurrency = 4 }) {
  const redis = await startRedis();
  const worker = fork(here('./lib/tiny-worker.mjs'), [redis.url, `${concurrency}`]);
  try {
    const opened = await queueOf({ url: redis.url }).open({
      here: undefined,
      elsewhere: {
        ...{ module: '', data: {}, together, bytes: 1 },
        machines: { data: {}, prove: async () => ({ tiny: '1' }) },
      },
      ...{ size: items, keep: async () => undefined },
    });
    const stream = async function* () {
      for (let at = 0; at < items; at += 1) yield { id: `item-${at}` };
    };
    const memory = [];
    const look = async () => {
      worker.send('memory');
      const [own] = await once(worker, 'message');
      globalThis.gc?.();
      memory.push({ main: process.memoryUsage().rss, worker: own, redis: redis.memory() });
    };
    let [count, began] = [0, 0];
    for await (const outcome of opened.execute(stream())) {
      if (outcome.error !== undefined) throw outcome.error;
      // The first ones wait for the worker to join in.
      if (count === 0) began = performance.now();
      count += 1;
      if (items >= 10 && count % Math.floor(items / 10) === 0) await look();
    }
    const seconds = (performance.now() - began) / 1000;
    if (count !== items) throw new Error(`${count} of ${items} outcomes`);
    await opened.close();
    return { seconds, memory };
  } finally {
    const ended = once(worker, 'exit');
    worker.kill('SIGTERM');
    await ended;
    await redis.close();
  }
}

/** Images a second of a study that one or two workers of one thread do: from the first tenth of its rows to the last. */
async function pace({ items, workers }) {
  const redis = await startRedis();
  const folder = mkdtempSync(join(tmpdir(), 'understory-bench-'));
  const common = { stdio: ['ignore', 'ignore', 'pipe'] };
  const start = (argv) => {
    const child = spawn(process.execPath, [program, ...argv], common);
    const own = { child, said: '' };
    child.stderr.on('data', (text) => (own.said += text));
    return own;
  };
  const own = Array.from({ length: workers }, () => start(['worker', '--queue', redis.url, '--concurrency', '1']));
  try {
    const log = join(folder, 'run', 'rows.jsonl');
    const main = start([
      ...['evaluate', `orchard:count=${items}`, '--model', 'cifar10-resnet', '--examples', '0', '--json'],
      ...['--metric', 'deletion:steps=16', '--out', join(folder, 'run'), '--queue', redis.url],
    ]);
    const marks = [];
    const rows = () => (existsSync(log) ? readFileSync(log, 'utf8').split('"item"').length - 1 : 0);
    const timer = setInterval(() => {
      const count = rows();
      const isJoined = (main.said.match(/joins in/g) ?? []).length === workers;
      if (isJoined && count > 0 && count !== marks.at(-1)?.count) marks.push({ at: performance.now(), count });
    }, 50);
    const [code] = await once(main.child, 'exit');
    clearInterval(timer);
    if (code !== 0) throw new Error(main.said);
    const first = marks.find(({ count }) => count >= items / 10);
    // The last ones are those of one worker alone.
    const last = marks.findLast(({ count }) => count <= items * 0.95);
    return (1000 * (last.count - first.count)) / (last.at - first.at);
  } finally {
    for (const { child } of own) child.kill('SIGKILL');
    await redis.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What the queue costs: pace of two workers against one, the time of an item that costs nothing, memory over 100,000 of them. */
export async function queue({ rounds, queued = 100_000, images }) {
  if (!hasRedis()) return 'queue: there is no redis-server';
  const load = loadavg()[0];
  const of = Math.min(images, 300);
  const ratios = [];
  const paces = { one: [], two: [] };
  const turns = Math.min(rounds, 3);
  for (let round = 0; round < turns; round += 1) {
    const one = await pace({ items: of, workers: 1 });
    const two = await pace({ items: of, workers: 2 });
    paces.one.push(one);
    paces.two.push(two);
    ratios.push(two / one);
  }
  const each = [];
  for (const together of [1, 4, 100]) {
    const { seconds } = await tiny({ items: 10_000, together });
    each.push([`${together}`, `${((1000 * seconds) / 10_000).toFixed(2)} ms`]);
  }
  const { seconds, memory } = await tiny({ items: queued, together: 4 });
  const rows = memory.map((at, tenth) => [`${10 * (tenth + 1)} %`, mib(at.main), mib(at.worker), mib(at.redis)]);
  const range = ratios.length > 1 ? `, from ${times(Math.min(...ratios))} to ${times(Math.max(...ratios))}` : '';
  return [
    `The queue on ${availableParallelism()} cores with a load of ${load.toFixed(1)} before; Redis with an append-only file on the same machine.`,
    `Two workers against one, a session of one thread each: ${median(paces.two).toFixed(1)} against ${median(paces.one).toFixed(1)} images/s, ${times(median(ratios))}${range} (${turns} rounds of ${of} images).`,
    'Time of an item that costs nothing, everything included, one worker:',
    table([['items of a batch', 'an item'], ...each]),
    `${queued} items that cost nothing, 4 in a batch: ${seconds.toFixed(0)} s, ${((1000 * seconds) / queued).toFixed(2)} ms an item. Memory on the way:`,
    table([['done', 'hands out', 'worker', 'Redis'], ...rows]),
  ].join('\n');
}
