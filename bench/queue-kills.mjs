import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { hasRedis, startRedis } from './lib/redis.mjs';

const program = fileURLToPath(new URL('../packages/cli/bin/understory.js', import.meta.url));

/** Images are drawn, so that no data are needed. */
const study = [
  ...['--model', 'cifar10-resnet', '--explainer', 'gradcam,random', '--examples', '2'],
  ...['--metric', 'deletion:steps=8', '--json'],
];

/** Processes of workers at a time. */
const workers = 3;

/** Rows of a run, whatever their order. */
const rowsOf = (folder) => {
  const log = join(folder, 'rows.jsonl');
  if (!existsSync(log)) return [];
  const lines = readFileSync(log, 'utf8').trim().split('\n');
  return lines.filter((line) => line.includes('"item"')).sort();
};

/** Milliseconds after which a process is killed though the study is not where it would be. */
const longest = 60_000;

/** Numbers from 0 to 1 that a seed decides (mulberry32). */
function chance(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Kills workers, the process that hands out, and Redis at random while a study runs, starts each again, and compares the rows. */
export async function queueKills({ kills, queued: items = 500, seed }) {
  if (!hasRedis()) return 'queue-kills: there is no redis-server';
  const folder = mkdtempSync(join(tmpdir(), 'understory-kills-'));
  const random = chance(seed);
  const redis = await startRedis();
  const running = new Map();
  const log = [];
  let isOver = false;
  const began = performance.now();
  const imagesDone = () => rowsOf(join(folder, 'queue')).length;
  const start = (name) => {
    const argv =
      name === 'main'
        ? ['evaluate', `orchard:count=${items}`, ...study, '--out', join(folder, 'queue'), '--queue', redis.url]
        : ['worker', '--queue', redis.url, '--concurrency', '1'];
    const child = spawn(process.execPath, [program, ...argv], { stdio: ['ignore', 'ignore', 'pipe'] });
    const own = { child, said: '' };
    child.stderr.on('data', (text) => (own.said += text));

    own.ended = new Promise((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })));
    running.set(name, own);
    return own;
  };
  try {
    const own = ['evaluate', `orchard:count=${items}`, ...study, '--out', join(folder, 'here'), '--workers', '1'];
    const here = spawnSync(process.execPath, [program, ...own], { encoding: 'utf8', maxBuffer: 2 ** 28 });
    if (here.status !== 0) throw new Error(here.stderr);

    for (let at = 0; at < workers; at += 1) start(`worker ${at}`);
    let main = start('main');
    for (let done = 0; done < kills; done += 1) {
      // At a place of the study that chance decides, so that the kills are spread over all of it however fast the machine is.
      const place = Math.floor(((done + random()) / (kills + 1)) * items);
      const until = performance.now() + longest;
      while (imagesDone() < place && main.child.exitCode === null && performance.now() < until) await wait(20);
      await wait(200 * random());
      const names = ['main', 'redis', ...Array.from({ length: workers }, (_, at) => `worker ${at}`)];
      // As often the one that hands out, Redis, and a worker.
      const name = [names[0], names[1], names[2 + Math.floor(random() * workers)]][Math.floor(random() * 3)];
      if (main.child.exitCode !== null) break;
      log.push(`${name} at ${imagesDone()}`);

      if (name === 'redis') {
        await redis.kill();
        await wait(1000 * random());
        await redis.start();
      } else {
        const { child, ended } = running.get(name);
        child.kill('SIGKILL');
        await ended;
        await wait(500 * random());
        const again = start(name);
        if (name === 'main') main = again;
      }
    }
    const { code } = await main.ended;
    isOver = true;
    if (code !== 0) throw new Error(`the study ended with ${code}: ${main.said}`);
    const [expected, found] = [rowsOf(join(folder, 'here')), rowsOf(join(folder, 'queue'))];
    const tables = ['tables/measurements.csv', 'summary.json'].every(
      (file) => readFileSync(join(folder, 'here', file), 'utf8') === readFileSync(join(folder, 'queue', file), 'utf8'),
    );
    const isSame = tables && expected.length === found.length && expected.every((row, at) => row === found[at]);
    const counts = ['main', 'redis', 'worker'].map((name) => {
      const times = log.filter((line) => line.startsWith(name)).length;
      return `${times} of ${name === 'main' ? 'the process that hands out' : name === 'redis' ? 'Redis' : 'workers'}`;
    });
    const seconds = ((performance.now() - began) / 1000).toFixed(0);
    return [
      `Kills (SIGKILL) during a study of ${items} images over a queue with ${workers} workers, seed ${seed}: ${log.length} of ${kills},`,
      `${counts.join(', ')}; ${seconds} s in all, load ${loadavg()[0].toFixed(1)}.`,
      `images done at each kill: ${log.join(', ')}`,
      `${found.length} images, ${isSame ? 'the same rows, tables and summary as in one process' : 'NOT THE SAME as in one process'}`,
      ...(log.length < kills ? [`The study was over after ${log.length} kills: take more items.`] : []),
    ].join('\n');
  } finally {
    for (const [name, { child }] of running) if (name !== 'main' || !isOver) child.kill('SIGKILL');
    await redis.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
