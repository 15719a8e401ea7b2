import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { median, table, times } from './lib/measure.mjs';

const program = fileURLToPath(new URL('../packages/cli/bin/understory.js', import.meta.url));
const shared = process.env.UNDERSTORY_SHARED ?? fileURLToPath(new URL('../../shared', import.meta.url));

/** Milliseconds between two looks at a run folder. */
const pause = 20;

/** What is run of each kind, and of how many images of each hundred asked for: as many as take one process about eight seconds. */
const studies = [
  {
    ...{ model: 'cifar10-resnet', data: 'cifar10:data/cifar10' },
    commands: {
      evaluate: { argv: ['evaluate', 'DATA', '--metric', 'deletion', '--preset', 'paper'], share: 0.45 },
      attack: { argv: ['attack', 'pgd:steps=10', 'DATA', '--untargeted', '--mask', 'origin-top:0.2'], share: 1.2 },
      probe: { argv: ['probe', 'shuffle', 'DATA', '--grid', '2,4', '--permutations', '3'], share: 2.4 },
    },
  },
  {
    ...{ model: 'efficientnet-lite0', data: 'oxford-pets:data/oxford-iiit-pet' },
    commands: {
      evaluate: { argv: ['evaluate', 'DATA', '--metric', 'deletion:steps=20'], share: 0.35 },
      attack: { argv: ['attack', 'pgd:steps=4', 'DATA', '--untargeted', '--mask', 'origin-top:0.2'], share: 0.64 },
      probe: { argv: ['probe', 'shuffle', 'DATA', '--grid', '2,4', '--permutations', '3'], share: 0.8 },
    },
  },
];

/** The lines of all logs of a run folder. */
function linesOf(folder) {
  if (!existsSync(folder)) return [];
  const logs = readdirSync(folder).filter((name) => /^rows.*\.jsonl$/.test(name));
  return logs.flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n').slice(0, -1));
}

/** How many images are in them; what counts the images of the run is no line of one. */
const imagesIn = (lines) => lines.filter((line) => !line.startsWith('{"items":')).length;

/**
 * Images a second of commands that fill one run folder at the same time: of the whole commands, from start to end, and between the first row and
 * the last but one, where nothing is opened or summed up and all are at work.
 */
async function run(commands) {
  const folder = mkdtempSync(join(tmpdir(), 'understory-bench-'));
  const out = join(folder, 'run');
  const began = performance.now();
  const seen = [];
  const look = () => {
    const images = imagesIn(linesOf(out));
    if (images > (seen.at(-1)?.images ?? 0)) seen.push({ images, at: performance.now() });
  };
  const timer = setInterval(look, pause);
  try {
    await Promise.all(commands.map((argv) => finished([program, ...argv, '--quiet', '--json', '--out', out])));
    const seconds = (performance.now() - began) / 1000;
    look();
    const [first, last] = [seen[0], seen.at(-2)];
    return {
      whole: seen.at(-1).images / seconds,
      steady: ((last.images - first.images) / (last.at - first.at)) * 1000,
      rows: linesOf(out).sort().join('\n'),
    };
  } finally {
    clearInterval(timer);
    rmSync(folder, { recursive: true, force: true });
  }
}

function finished(argv) {
  const child = spawn(process.execPath, argv, { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (text) => (said += text));
  return new Promise((done, failed) => {
    child.on('error', failed);
    child.on('close', (code) => (code === 0 ? done() : failed(new Error(said))));
  });
}

/** What takes turns: the options of each command that fills the run folder. */
const ways = {
  here: () => [['--workers', '1']],
  there: (workers) => [['--workers', `${workers}`]],
  auto: () => [['--workers', 'auto']],
  // What a machine can give at most: processes that share nothing, each with sessions of one thread.
  processes: (count) =>
    Array.from({ length: count }, (_, at) => ['--workers', '1', '--threads', '1', '--shard', `${at + 1}/${count}`]),
};

/**
 * Images a second in worker threads and in one process, in turns; the rows are compared. With `ceiling` also of as many processes of a
 * shard each, and of what the command chooses itself.
 */
export async function executors({ rounds, items, threads, ceiling, networks }) {
  const own = studies.filter(({ model }) => networks.includes('resnet50') || networks.includes(model));
  const asked = ceiling ? ['here', 'there', 'auto', 'processes'] : ['here', 'there'];
  const load = loadavg()[0];
  const rows = [['network', 'study', 'images', 'one process', 'threads', 'whole commands', 'first row to last']];
  if (ceiling) rows[0].push('auto, whole', `${threads} processes, first row to last`);
  for (const { model, data, commands } of own) {
    const [format, folder] = data.split(':');
    if (!existsSync(resolve(shared, folder))) {
      rows.push([model, `no ${folder} in $UNDERSTORY_SHARED`, ...rows[0].slice(2).map(() => '')]);
      continue;
    }
    for (const [name, { argv, share }] of Object.entries(commands)) {
      // Attacks work on sixteen images together, and each worker is to have two of such groups.
      const images = Math.max(name === 'attack' ? 64 : 8, Math.round(items * share));
      const given = argv.map((part) => (part === 'DATA' ? `${format}:${resolve(shared, folder)}` : part));
      const found = Object.fromEntries(asked.map((way) => [way, []]));
      for (let round = 0; round < rounds; round += 1) {
        for (const way of asked) {
          const common = [...given, '--model', model, '--limit', `${images}`];
          found[way].push(await run(ways[way](threads).map((options) => [...common, ...options])));
        }
        const isSame = found.here[round].rows === found.there[round].rows;
        if (!isSame) throw new Error(`${model}, ${name}: the rows differ`);
      }
      const against = (way, kind) => {
        const ratios = found[way].map((each, round) => each[kind] / found.here[round][kind]);
        const [least, most] = [Math.min(...ratios), Math.max(...ratios)];
        return `${times(median(ratios))} (${least.toFixed(2)} to ${most.toFixed(2)})`;
      };
      const pace = (way) => `${median(found[way].map(({ steady }) => steady)).toFixed(2)}/s`;
      const ratios = [against('there', 'whole'), against('there', 'steady')];
      if (ceiling) ratios.push(against('auto', 'whole'), against('processes', 'steady'));
      rows.push([model, name, images, pace('here'), pace('there'), ...ratios]);
    }
  }
  return [
    `${threads} worker threads against one process on ${availableParallelism()} cores: images a second between the first row and the last,`,
    `and ratios, medians of ${rounds} rounds in turns; the load of the machine was ${load.toFixed(1)} before. The rows are the same.`,
    table(rows),
  ].join('\n');
}
