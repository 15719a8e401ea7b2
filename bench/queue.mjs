import { fork } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism, loadavg } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { queue as queueOf } from '@understory/executor-bullmq';
import { median, mib, table, times } from './lib/measure.mjs';
import { canPin, paceOf, started } from './lib/pace.mjs';
import { hasRedis, startRedis } from './lib/redis.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

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

/** A few hundred milliseconds of one core an image, of drawn pictures, so that no data are needed. */
const study = (images) => [
  ...['evaluate', `orchard:count=${images}`, '--model', 'efficientnet-lite0', '--explainer', 'gradcam'],
  ...['--metric', 'deletion:steps=30', '--examples', '0'],
];

/** A study that workers of one thread each do, from the first row after all of them have opened it; each on a core of its own where `pinned`. */
async function overQueue({ images, workers, pinned }) {
  const redis = await startRedis();
  const helpers = [];
  try {
    for (let at = 0; at < workers; at += 1) {
      helpers.push(started(['worker', '--queue', redis.url, '--concurrency', '1'], { core: pinned ? at : undefined }));
    }
    const all = (words) => helpers.every(({ said }) => said.includes(words));
    while (!all('waits for work')) await wait(20);
    return await paceOf([[...study(images), '--queue', redis.url]], { helpers, isReady: () => all('works for') });
  } finally {
    for (const { child } of helpers) child.kill('SIGKILL');
    await redis.close();
  }
}

/** What the machine gives without a queue: so many processes of one thread each, which share nothing, each with a part of the study. */
const apart = ({ images, processes, pinned }) => {
  const parts = Array.from({ length: processes }, (_, at) => at);
  const commands = parts.map((part) => {
    const shard = processes === 1 ? [] : ['--shard', `${part + 1}/${processes}`];
    return [...study(images), '--workers', '1', '--threads', '1', '--quiet', ...shard];
  });
  return paceOf(commands, { cores: pinned ? parts : [] });
};

/** Paces of one and two workers, and of one and two processes that share nothing, in turns. */
async function paces({ rounds, ...how }) {
  const ways = {
    'one worker': () => overQueue({ ...how, workers: 1 }),
    'two workers': () => overQueue({ ...how, workers: 2 }),
    'one process': () => apart({ ...how, processes: 1 }),
    'two processes': () => apart({ ...how, processes: 2 }),
  };
  const found = Object.fromEntries(Object.keys(ways).map((way) => [way, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const [way, act] of Object.entries(ways)) found[way].push(await act());
    const [one, two] = ['one worker', 'two workers'].map((way) => found[way][round].rows);
    if (one !== two || one !== found['one process'][round].rows) throw new Error('the rows differ');
  }
  const against = (way, base, kind) => {
    const ratios = found[way].map((each, round) => each[kind] / found[base][round][kind]);
    const range = rounds > 1 ? ` (${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)})` : '';
    return `${times(median(ratios))}${range}`;
  };
  const bases = { 'two workers': 'one worker', 'two processes': 'one process' };
  const rows = Object.keys(ways).map((way) => {
    const middle = (kind) => median(found[way].map((each) => each[kind]));
    const ratios = ['steady', 'whole'].map((kind) => (way in bases ? against(way, bases[way], kind) : ''));
    const used = [middle('ofHelpers'), middle('ofCommands')].map((value) => `${(1000 * value).toFixed(0)} ms`);
    const paces = [middle('steady'), middle('whole')].map((value) => `${value.toFixed(2)}/s`);
    return [way, paces[0], ratios[0], paces[1], ratios[1], middle('cores').toFixed(2), ...used];
  });
  return table([
    [
      '',
      'first to last row',
      'against one',
      'whole command',
      'against one',
      'cores',
      'workers an image',
      'command an image',
    ],
    ...rows,
  ]);
}

/**
 * What the queue costs: pace of two workers against one, the time of an item that costs nothing, memory over 100,000 of them. A worker of one thread
 * still keeps more than one core busy (pictures are read and written beside the network), so each is kept on one, as on a machine of one core,
 * unless it is to be `free`.
 */
export async function queue({ rounds, queued = 100_000, paced, free }) {
  if (!hasRedis()) return 'queue: there is no redis-server';
  const load = loadavg()[0];
  const turns = Math.min(rounds, 3);
  const pinned = !free && canPin();
  const pace = await paces({ rounds: turns, images: paced, pinned });
  const each = [];
  for (const together of [1, 4, 100]) {
    const { seconds } = await tiny({ items: 10_000, together });
    each.push([`${together}`, `${((1000 * seconds) / 10_000).toFixed(2)} ms`]);
  }
  const { seconds, memory } = await tiny({ items: queued, together: 4 });
  const rows = memory.map((at, tenth) => [`${10 * (tenth + 1)} %`, mib(at.main), mib(at.worker), mib(at.redis)]);
  return [
    `The queue on ${availableParallelism()} cores with a load of ${load.toFixed(1)} before; Redis with an append-only file on the same machine.`,
    `${paced} images of EfficientNet-Lite0, a session of one thread for each worker and process, medians of ${turns} rounds in turns; the rows are the same.`,
    pinned
      ? 'Each worker and process is kept on a core of its own.'
      : 'Workers and processes run on any core, and each uses more than one.',
    'Processes that share nothing show what the machine gives at most. Seconds of processors are those of the time from first to last row.',
    pace,
    'Time of an item that costs nothing, everything included, one worker:',
    table([['items of a batch', 'an item'], ...each]),
    `${queued} items that cost nothing, 4 in a batch: ${seconds.toFixed(0)} s, ${((1000 * seconds) / queued).toFixed(2)} ms an item. Memory on the way:`,
    table([['done', 'hands out', 'worker', 'Redis'], ...rows]),
  ].join('\n');
}
