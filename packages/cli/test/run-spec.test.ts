import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { cp, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ImageRecord } from '@understory/studies';
import { fakeWorkspace, quarter, type Workspace } from './support/workspace.ts';

jest.setTimeout(60_000);

let workspace: Workspace;
beforeAll(async () => {
  workspace = await fakeWorkspace();
  const { folder, write } = workspace;
  const fakes = ['fake-metrics.mjs', 'fake-attacks.mjs'];
  for (const fake of fakes) await cp(fileURLToPath(new URL(`./support/${fake}`, import.meta.url)), join(folder, fake));
  const plugins = ['./fake-plugin.mjs', ...fakes.map((fake) => `./${fake}`), '@understory/probe-shuffle'];
  await write('understory.config.json', JSON.stringify({ plugins }));
  for (const [place, label] of ['red', 'blue'].entries()) {
    for (const strength of [255, 150]) {
      const colour = [0, 1, 2].map((channel) => (channel === 2 * place ? strength : 0)) as [number, number, number];
      await write(`data/${label}/${strength}.png`, await quarter(colour));
    }
  }
});
afterAll(() => workspace.remove());

const model = ['--model', 'model/tiny.fake.json'];
const explainer = ['--explainer', 'brightness'];

/** A command of each kind, small. */
const commands = {
  explain: ['explain', 'red.png', 'photos', ...model, ...explainer, '--target', 'top2', '--npy', '--seed', '3'],
  evaluate: ['evaluate', 'folder:data', ...model, ...explainer, '--metric', 'mass', '--seed', '3'],
  attack: [
    'attack',
    'push',
    'folder:data',
    ...model,
    ...explainer,
    '--target-class',
    'green',
    '--mask',
    'all,first:0.5',
  ],
  probe: [
    'probe',
    'shuffle',
    'folder:data',
    ...model,
    ...explainer,
    '--grid',
    '2',
    '--permutations',
    '2',
    '--seed',
    '3',
  ],
};

const fileIn = (path: string) => readFile(join(workspace.folder, path), 'utf8');

/** The items of a run by name: the log has them in the order of their completion. */
async function itemsOf(out: string): Promise<readonly unknown[]> {
  const lines = (await fileIn(`${out}/rows.jsonl`)).trim().split('\n');
  const items = lines.map((line) => JSON.parse(line) as { item?: string; rows: readonly unknown[] });
  const named = items.flatMap(({ item, rows }) => (item === undefined ? [] : [{ item, rows }]));
  return named.sort((one, other) => (one.item < other.item ? -1 : 1));
}

async function printed(kind: keyof typeof commands): Promise<string> {
  const { code, stdout, stderr } = await workspace.cli([...commands[kind], '--print-spec']);
  expect([code, stderr]).toEqual([0, '']);
  expect(JSON.parse(stdout)).toMatchObject({ version: 1, study: kind, model: 'model/tiny.fake.json' });
  return stdout;
}

/** Runs the spec that a command prints. */
async function runPrinted(kind: keyof typeof commands, out: string): Promise<string> {
  await workspace.write(`${kind}.json`, await printed(kind));
  const { code, stdout, stderr } = await workspace.cli(['run', `${kind}.json`, '--out', out, '--quiet']);
  expect([code, stderr]).toEqual([0, '']);
  return stdout;
}

describe('the spec that a command prints, run', () => {
  it.each(['evaluate', 'attack', 'probe'] as const)('gives the rows and the summary of %s', async (kind) => {
    const command = await workspace.cli([...commands[kind], '--out', `${kind}-command`, '--quiet']);
    expect(command.code).toBe(0);
    const stdout = await runPrinted(kind, `${kind}-run`);
    expect(stdout).toBe(command.stdout.replaceAll(`${kind}-command`, `${kind}-run`));
    const items = await itemsOf(`${kind}-run`);
    expect(items).toEqual(await itemsOf(`${kind}-command`));
    expect(items).toHaveLength(4);
    const record = JSON.parse(await fileIn(`${kind}-run/run.json`)) as { about: { spec: unknown } };
    expect(record.about.spec).toEqual(JSON.parse(await fileIn(`${kind}.json`)));
    const tables = await readdir(join(workspace.folder, `${kind}-command/tables`));
    for (const table of tables) {
      expect(await fileIn(`${kind}-run/tables/${table}`)).toBe(await fileIn(`${kind}-command/tables/${table}`));
    }
  });

  it('gives the images, classes and maps of explain', async () => {
    const { code, stdout } = await workspace.cli([...commands.explain, '--out', 'explain-run', '--json', '--quiet']);
    expect(code).toBe(0);
    const text = await runPrinted('explain', 'explain-run');
    const { images } = JSON.parse(stdout.replaceAll('"explain-run/', '"')) as { images: readonly ImageRecord[] };
    expect(images.map(({ maps }) => maps.length)).toEqual([2, 2, 2]);
    const rows = (await itemsOf('explain-run')).flatMap((item) => (item as { rows: readonly ImageRecord[] }).rows);
    // The command names a picture by its path, a run by its id.
    const nameless = (of: readonly ImageRecord[]) => of.map(({ image: _, ...rest }) => rest);
    expect(nameless(rows)).toHaveLength(3);
    expect(nameless(rows)).toEqual(expect.arrayContaining(nameless(images)));
    expect(text).toContain('brightness');
    expect(text).toMatch(/explain-run holds every row\.\n$/);
  });
});

describe('a list of studies', () => {
  it('is run one after the other, each into a folder of its name', async () => {
    const [evaluate, probe] = [JSON.parse(await printed('evaluate')), JSON.parse(await printed('probe'))] as unknown[];
    const studies = [
      { name: 'faithfulness', spec: evaluate },
      { name: 'order', spec: probe },
    ];
    await workspace.write('list.json', JSON.stringify({ version: 1, title: 'Both', studies }));
    const { code, stdout } = await workspace.cli(['run', 'list.json', '--out', 'both', '--quiet']);
    expect(code).toBe(0);
    expect(stdout.indexOf('faithfulness\n')).toBe(0);
    expect(stdout.indexOf('\norder\n')).toBeGreaterThan(0);
    expect(await itemsOf('both/faithfulness')).toEqual(await itemsOf('evaluate-command'));
    expect(await itemsOf('both/order')).toEqual(await itemsOf('probe-command'));
    for (const name of ['faithfulness', 'order']) {
      expect((await workspace.cli(['report', `both/${name}`, '--quiet'])).code).toBe(0);
      expect(await fileIn(`both/${name}/report.html`)).toMatch(/^<!doctype html>/);
    }
  });
});
