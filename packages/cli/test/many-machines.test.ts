import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { commandTree } from '../src/index.ts';
import { repository } from './support/workspace.ts';

const folder = join(repository, 'examples/many-machines');
const read = (name: string) => readFileSync(join(folder, name), 'utf8');

/** The documents of a file; throws where it is no YAML. */
function documentsOf(name: string): readonly unknown[] {
  return parseAllDocuments(read(name), { merge: true }).map((document) => {
    expect([name, document.errors]).toEqual([name, []]);
    return document.toJS() as unknown;
  });
}

/** Command lines of understory in whatever a file holds: lists of words, scripts of a shell. */
function commandsIn(value: unknown): readonly (readonly string[])[] {
  if (typeof value === 'string') {
    return Array.from(value.matchAll(/understory ((?:run|worker|study|queue) [^\n]*)/g), ([, line]) =>
      line!.split(' '),
    );
  }
  if (Array.isArray(value)) {
    const words = value.map(String);
    return ['run', 'worker'].includes(words[0]!) ? [words] : value.flatMap(commandsIn);
  }
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(commandsIn) : [];
}

const commands = new Map(commandTree().commands.map((each) => [each.name, each]));

function checkCommand([name, ...words]: readonly string[]): void {
  const options = new Set(commands.get(name!)?.options.map(({ long }) => long));
  for (const flag of words.filter((word) => word.startsWith('--')))
    expect([name, flag, options.has(flag)]).toEqual([name, flag, true]);
}

const files = readdirSync(folder).sort();

it('are named on the page, all of them', () => {
  const page = readFileSync(join(repository, 'docs/how-to/many-machines.md'), 'utf8');
  const unnamed = files.filter((name) => !page.includes(name));
  // The compose file builds it.
  expect(unnamed).toEqual(['Dockerfile']);
});

describe.each(files.filter((name) => name !== 'Dockerfile'))('%s', (name) => {
  it('has commands with options that there are', () => {
    const found = commandsIn(/\.yml$/.test(name) ? documentsOf(name) : read(name));
    expect(found.length).toBeGreaterThan(0);
    for (const command of found) checkCommand(command);
  });
});

describe('the Compose file', () => {
  it('has one Redis with an append-only file and workers that have time to end, and no password in it', () => {
    const [{ services }] = documentsOf('docker-compose.yml') as [
      {
        services: Record<
          string,
          { command: string[]; build?: string; stop_grace_period?: string; environment: object }
        >;
      },
    ];
    expect(Object.keys(services!)).toEqual(['redis', 'worker', 'study']);
    expect(services['redis']!.command.join(' ')).toMatch(/--appendonly yes --maxmemory-policy noeviction/);
    expect(services['worker']).toMatchObject({ build: '.', stop_grace_period: '5m' });
    expect(JSON.stringify(services)).not.toMatch(/redis:\/\/[^"]*@/);
  });
});

describe('the manifests', () => {
  interface Manifest {
    readonly kind: string;
    readonly metadata: { readonly name: string };
    readonly spec: {
      readonly completions?: number;
      readonly completionMode?: string;
      readonly suspend?: boolean;
      readonly template?: object;
    };
  }
  const kindsOf = (name: string) =>
    (documentsOf(name) as Manifest[]).map(({ kind, metadata }) => `${kind} ${metadata.name}`);

  it('are a Deployment of workers, and Jobs', () => {
    expect(kindsOf('workers.yml')).toEqual([
      ...['Service understory-redis', 'StatefulSet understory-redis'],
      ...['Deployment understory-workers', 'Job understory-study'],
    ]);
    expect(kindsOf('shards.yml')).toEqual(['Job understory-shards', 'Job understory-merge']);
  });

  it('split a study into as many parts as there are pods', () => {
    const [shards, merge] = documentsOf('shards.yml') as [Manifest, Manifest];
    expect(shards.spec).toMatchObject({ completionMode: 'Indexed', completions: 10 });
    expect(JSON.stringify(shards.spec.template)).toContain('$((JOB_COMPLETION_INDEX + 1))/10');
    expect(merge.spec.suspend).toBe(true);
  });

  it('mount every volume that they name', () => {
    for (const name of ['workers.yml', 'shards.yml']) {
      for (const { spec } of documentsOf(name) as {
        spec: {
          template?: { spec: { volumes?: { name: string }[]; containers: { volumeMounts: { name: string }[] }[] } };
        };
      }[]) {
        const pod = spec.template?.spec;
        if (pod?.volumes === undefined) continue;
        const mounted = pod.containers.flatMap(({ volumeMounts }) => volumeMounts.map((each) => each.name)).sort();
        expect(mounted).toEqual(pod.volumes.map((each) => each.name).sort());
      }
    }
  });
});

describe('the Slurm files', () => {
  it('have as many tasks as the parts that they count', () => {
    expect(read('shards.sbatch')).toMatch(/#SBATCH --array=1-10\n/);
    expect(read('shards.sbatch')).toContain('--shard "$SLURM_ARRAY_TASK_ID/$SLURM_ARRAY_TASK_COUNT"');
    expect(read('merge.sbatch')).not.toContain('--shard');
  });
});
