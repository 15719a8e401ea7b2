import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fakeWorkspace, quarter, type Workspace } from './support/workspace.ts';

jest.setTimeout(60_000);

/** Measures 1, after it did what the files `remove` (paths to remove) and `full` (say that the disk is full) ask for. */
const plugin = `
import { existsSync, readFileSync, rmSync } from 'node:fs';
const at = (name) => new URL(name, import.meta.url);
const full = () => Object.assign(new Error('The scratch file cannot be written.'), {
  code: 'SCRATCH_FULL', found: 'no room', expected: 'room', next: 'Make room.',
  cause: Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' }),
});
export default {
  name: 'understory-plugin-obedient',
  version: '1.0.0',
  hostApi: '^1.0.0',
  provides: [{ kind: 'metric', id: 'obedient', title: 'Obedient', description: 'Does what files say.', options: {} }],
  register(registry) {
    registry.bind({ name: 'metric' }, 'obedient', () => ({
      better: 'lower',
      range: [0, 1],
      async evaluate({ maps }) {
        if (existsSync(at('remove'))) {
          for (const path of readFileSync(at('remove'), 'utf8').split(' ')) rmSync(at(path));
          rmSync(at('remove'));
        }
        if (existsSync(at('full'))) throw full();
        return maps.map(() => ({ value: 1 }));
      },
    }));
  },
};
`;

let workspace: Workspace;
beforeAll(async () => {
  workspace = await fakeWorkspace();
  const { write } = workspace;
  await write('obedient.mjs', plugin);
  await write('understory.config.json', JSON.stringify({ plugins: ['./fake-plugin.mjs', './obedient.mjs'] }));
  for (const name of ['1', '2', '3', '4', '5']) await write(`data/red/${name}.png`, await quarter([255, 0, 0]));
});
afterAll(() => workspace.remove());

const evaluate = (out: string, ...more: readonly string[]) =>
  workspace.cli([
    ...['evaluate', 'folder:data', '--model', 'model/tiny.fake.json', '--explainer', 'brightness'],
    ...['--metric', 'obedient', '--out', out, '--json', ...more],
  ]);
const remove = (path: string) => rm(join(workspace.folder, path), { recursive: true });
const errorsOf = (stderr: string) =>
  stderr
    .split('\n')
    .flatMap((line): { image?: string; error: Record<string, string> }[] =>
      line.startsWith('{') ? [JSON.parse(line)] : [],
    );
const itemsOf = async (out: string) =>
  (await readFile(join(workspace.folder, out, 'rows.jsonl'), 'utf8'))
    .split('\n')
    .flatMap((line) => (line.includes('"item"') ? [JSON.parse(line) as Record<string, unknown>] : []));

describe('what the environment does to a run', () => {
  it('stops it where a listed image is gone, and the same command goes on', async () => {
    await workspace.write('remove', 'data/red/5.png');
    const stopped = await evaluate('vanished');
    expect([stopped.code, stopped.stdout]).toEqual([2, '']);
    expect(errorsOf(stopped.stderr)).toMatchObject([
      { error: { code: 'RUN_STOPPED', found: expect.stringContaining('ENOENT') as unknown as string } },
    ]);
    expect((await itemsOf('vanished')).map(({ item }) => item)).not.toContain('red/5.png');
    await workspace.write('data/red/5.png', await quarter([255, 0, 0]));
    const { code, stdout } = await evaluate('vanished');
    expect([code, JSON.parse(stdout)]).toMatchObject([0, { failed: 0, summary: { images: 5 } }]);
  });

  it('stops it where a disk is full behind the error of a plugin, which is no row', async () => {
    await workspace.write('full', '');
    const stopped = await evaluate('full-run');
    expect(errorsOf(stopped.stderr)).toMatchObject([{ error: { code: 'RUN_STOPPED' } }]);
    expect(await itemsOf('full-run')).toEqual([]);
    await remove('full');
    const { code, stdout } = await evaluate('full-run');
    expect([code, JSON.parse(stdout)]).toMatchObject([0, { summary: { metrics: [{ explainers: [{ n: 5 }] }] } }]);
  });

  it('stops it where pictures cannot be written, and leaves nothing half-written', async () => {
    await mkdir(join(workspace.folder, 'blocked'));
    await workspace.write('blocked/maps', 'a file where the folder should be');
    const stopped = await evaluate('blocked');
    expect([stopped.code, errorsOf(stopped.stderr)]).toMatchObject([2, [{ error: { code: 'OUTPUT_NOT_WRITABLE' } }]]);
    await remove('blocked/maps');
    expect((await evaluate('blocked')).code).toBe(0);
  });
});

describe('--retry-failed', () => {
  it('works on recorded failures again and counts each image once', async () => {
    await workspace.write('data/red/3.png', 'no picture');
    expect(await evaluate('retried')).toMatchObject({ code: 2 });
    await workspace.write('data/red/3.png', await quarter([255, 0, 0]));
    const same = await evaluate('retried');
    expect([same.code, JSON.parse(same.stdout)]).toMatchObject([2, { failed: 1, summary: { images: 4 } }]);
    const { code, stdout } = await evaluate('retried', '--retry-failed');
    expect([code, JSON.parse(stdout)]).toMatchObject([0, { failed: 0, summary: { images: 5 } }]);
    expect((await itemsOf('retried')).filter(({ item }) => item === 'red/3.png')).toMatchObject([
      { error: { code: 'NOT_AN_IMAGE' } },
      { rows: [{ value: 1 }] },
    ]);
    const table = await readFile(join(workspace.folder, 'retried/tables/measurements.csv'), 'utf8');
    expect(table.match(/^red\/3\.png/gm)).toHaveLength(1);
  });
});
