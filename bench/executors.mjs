import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { median, table, times } from './lib/measure.mjs';

const program = fileURLToPath(new URL('../packages/cli/bin/understory.js', import.meta.url));
const shared = process.env.UNDERSTORY_SHARED ?? fileURLToPath(new URL('../../shared', import.meta.url));

/** What is run of each kind, on CIFAR-10 with the bundled network. */
const studies = {
  evaluate: ['evaluate', 'DATA', '--metric', 'deletion', '--preset', 'paper'],
  attack: ['attack', 'pgd:steps=10', 'DATA', '--untargeted', '--mask', 'origin-top:0.2'],
  probe: ['probe', 'shuffle', 'DATA', '--grid', '2,4', '--permutations', '3'],
};

/** Seconds of a whole command, from its start to its end: workers that open, and the summary, count. */
function run(argv, workers, images) {
  const folder = mkdtempSync(join(tmpdir(), 'understory-bench-'));
  try {
    const began = performance.now();
    const options = ['--model', 'cifar10-resnet', '--limit', `${images}`, '--quiet', '--json'];
    const { status, stderr } = spawnSync(
      process.execPath,
      [program, ...argv, ...options, '--workers', `${workers}`, '--out', join(folder, 'run')],
      { encoding: 'utf8', maxBuffer: 2 ** 28 },
    );
    const seconds = (performance.now() - began) / 1000;
    if (status !== 0) throw new Error(stderr);
    const rows = readFileSync(join(folder, 'run', 'rows.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .sort()
      .join('\n');
    return { seconds, rows };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Items a second in worker threads and in one process, in turns, each the median of the rounds; the rows are compared. */
export async function executors({ rounds, items: images, threads }) {
  const data = resolve(shared, 'data/cifar10');
  if (!existsSync(data)) return 'executors: no CIFAR-10 in $UNDERSTORY_SHARED/data/cifar10';
  const rows = [['study', 'one process', 'threads', 'ratio', 'from', 'to']];
  const load = loadavg()[0];
  for (const [name, argv] of Object.entries(studies)) {
    const own = argv.map((part) => (part === 'DATA' ? `cifar10:${data}` : part));
    const found = { here: [], there: [] };
    for (let round = 0; round < rounds; round += 1) {
      const here = run(own, 1, images);
      const there = run(own, threads, images);
      if (here.rows !== there.rows) throw new Error(`${name}: the rows differ`);
      found.here.push(images / here.seconds);
      found.there.push(images / there.seconds);
    }
    const ratios = found.there.map((rate, at) => rate / found.here[at]);
    const pace = (rates) => `${median(rates).toFixed(2)} images/s`;
    const edges = [Math.min(...ratios), Math.max(...ratios)].map(times);
    rows.push([name, pace(found.here), pace(found.there), times(median(ratios)), ...edges]);
  }
  return [
    `Worker threads against one process: ${images} images, whole commands, ${threads} workers on ${availableParallelism()} cores,`,
    `medians of ${rounds} rounds in turns; the load of the machine was ${load.toFixed(1)} before. The rows are the same.`,
    table(rows),
  ].join('\n');
}
