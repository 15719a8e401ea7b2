import { existsSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { median, table, times } from './lib/measure.mjs';
import { paceOf } from './lib/pace.mjs';

const shared = process.env.UNDERSTORY_SHARED ?? fileURLToPath(new URL('../../shared', import.meta.url));

/** What is run of each kind, and of how many images of each hundred asked for: as many as take one process about twenty seconds. */
const studies = [
  {
    ...{ model: 'cifar10-resnet', data: 'cifar10:data/cifar10' },
    commands: {
      evaluate: { argv: ['evaluate', 'DATA', '--metric', 'deletion', '--preset', 'paper'], share: 1.1 },
      attack: { argv: ['attack', 'pgd:steps=10', 'DATA', '--untargeted', '--mask', 'origin-top:0.2'], share: 3 },
      probe: { argv: ['probe', 'shuffle', 'DATA', '--grid', '2,4', '--permutations', '3'], share: 6 },
    },
  },
  {
    ...{ model: 'efficientnet-lite0', data: 'oxford-pets:data/oxford-iiit-pet' },
    commands: {
      evaluate: { argv: ['evaluate', 'DATA', '--metric', 'deletion:steps=20'], share: 0.9 },
      attack: { argv: ['attack', 'pgd:steps=4', 'DATA', '--untargeted', '--mask', 'origin-top:0.2'], share: 1.6 },
      probe: { argv: ['probe', 'shuffle', 'DATA', '--grid', '2,4', '--permutations', '3'], share: 2 },
    },
  },
];

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
  const rows = [
    ['network', 'study', 'images', 'one process (cores)', 'threads (cores)', 'whole commands', 'first row to last'],
  ];
  if (ceiling) rows[0].push('auto, whole', `${threads} processes (cores)`, 'first row to last');
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
          const common = [...given, '--model', model, '--limit', `${images}`, '--quiet'];
          found[way].push(await paceOf(ways[way](threads).map((options) => [...common, ...options])));
        }
        const isSame = found.here[round].rows === found.there[round].rows;
        if (!isSame) throw new Error(`${model}, ${name}: the rows differ`);
      }
      const against = (way, kind) => {
        const ratios = found[way].map((each, round) => each[kind] / found.here[round][kind]);
        const [least, most] = [Math.min(...ratios), Math.max(...ratios)];
        return `${times(median(ratios))} (${least.toFixed(2)} to ${most.toFixed(2)})`;
      };
      const middle = (way, kind) => median(found[way].map((each) => each[kind])).toFixed(2);
      const pace = (way) => `${middle(way, 'steady')}/s (${middle(way, 'cores')})`;
      const ratios = [against('there', 'whole'), against('there', 'steady')];
      if (ceiling) ratios.push(against('auto', 'whole'), pace('processes'), against('processes', 'steady'));
      rows.push([model, name, images, pace('here'), pace('there'), ...ratios]);
    }
  }
  return [
    `${threads} worker threads against one process on ${availableParallelism()} cores: images a second between the first row and the last, the cores in use meanwhile,`,
    `and ratios, medians of ${rounds} rounds in turns; the load of the machine was ${load.toFixed(1)} before. The rows are the same.`,
    ...(ceiling
      ? ['Processes that share nothing, a shard and one thread each, show what the machine gives at most.']
      : []),
    table(rows),
  ].join('\n');
}
