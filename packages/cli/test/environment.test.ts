import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeImage } from '@understory/imaging/sharp';
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
    expect([stopped.code, errorsOf(stopped.stderr)]).toMatchObject([
      2,
      [{ error: { code: 'RUN_FOLDER_NOT_READABLE' } }],
    ]);
    await remove('blocked/maps');
    expect((await evaluate('blocked')).code).toBe(0);
  });
});

describe('explain where a file cannot be written', () => {
  it('names the file, leaves nothing half-written and keeps what is finished', async () => {
    await mkdir(join(workspace.folder, 'explained/red.brightness.top1.png'), { recursive: true });
    await workspace.write('explained/red.brightness.top1.png/inside', '');
    const { code, stdout, stderr } = await workspace.cli([
      ...['explain', 'photos/blue.png', 'red.png', 'photos/green.png', '--model', 'model/tiny.fake.json'],
      ...['--explainer', 'brightness', '--npy', '--out', 'explained', '--json'],
    ]);
    expect([code, errorsOf(stderr)]).toMatchObject([
      2,
      [
        {
          image: 'red.png',
          error: {
            code: 'OUTPUT_NOT_WRITABLE',
            message: expect.stringContaining('red.brightness.top1.png') as unknown,
          },
        },
      ],
    ]);
    const files = (await readdir(join(workspace.folder, 'explained'))).toSorted();
    expect(files).toEqual(
      ['blue', 'green', 'red'].flatMap((name) => [`${name}.brightness.top1.npy`, `${name}.brightness.top1.png`]),
    );
    const { images } = JSON.parse(stdout) as { images: { image: string; maps: unknown[] }[] };
    expect(images.map(({ image, maps }) => [image, maps.length])).toEqual([
      ['photos/blue.png', 1],
      ['red.png', 0],
      ['photos/green.png', 1],
    ]);
  });
});

describe('exit code 2', () => {
  const kinds: readonly (readonly [string, readonly string[], string])[] = [
    ['an unknown id', ['--ids', 'nothing.png'], 'DATASET_ID_UNKNOWN'],
    ['an offset behind the last image', ['--offset', '9'], 'DATASET_EMPTY'],
    ['no image that is predicted right', ['--only-correct', '--ids', 'green/1.png'], 'NOTHING_MEASURED'],
    ['an explainer without a value', ['--explainer', 'brightness,refuses'], 'RESULTS_MISSING'],
  ];

  it.each(kinds)('comes with a line on stderr: %s', async (name, more, expected) => {
    await workspace.write('data/green/1.png', await quarter([255, 0, 0]));
    const { code, stderr } = await evaluate(`said ${name}`, ...more);
    await remove('data/green');
    expect([code, errorsOf(stderr).map(({ error }) => error['code'])]).toEqual([2, [expected]]);
  });

  it('comes with a line for images that are named one by one', async () => {
    const probe = (...more: readonly string[]) =>
      workspace.cli(['probe', 'x', 'red.png', '--model', 'model/tiny.fake.json', '--out', 'named', '--json', ...more]);
    const coded = async (...more: readonly string[]) => errorsOf((await probe(...more)).stderr)[0]?.error;
    expect(await coded('--ids', 'blue')).toMatchObject({ code: 'IMAGE_ID_UNKNOWN', found: '"blue"' });
    expect(await coded('--offset', '1')).toMatchObject({ code: 'NO_IMAGES', found: 'an offset of 1' });
  });
});

describe('the names of what is written', () => {
  it('keep images apart whose names agree in 80 characters or but for signs', async () => {
    const long = 'x'.repeat(85);
    const colours: Record<string, readonly [number, number, number]> = {
      [`${long}1`]: [250, 0, 0],
      [`${long}2`]: [200, 0, 0],
      'a b': [150, 0, 0],
      a_b: [100, 0, 0],
    };
    for (const [name, colour] of Object.entries(colours))
      await workspace.write(`alike/${name}.png`, await quarter(colour));
    await workspace.write(
      'alike/labels.csv',
      `file,label\n${Object.keys(colours)
        .map((name) => `${name}.png,red\n`)
        .join('')}`,
    );
    const { code } = await workspace.cli([
      ...['evaluate', 'folder:alike', '--model', 'model/tiny.fake.json', '--explainer', 'brightness'],
      ...['--metric', 'obedient', '--out', 'alike-run'],
    ]);
    expect(code).toBe(0);
    const folders = await readdir(join(workspace.folder, 'alike-run/maps'));
    const seen = await Promise.all(
      folders.map(async (folder) => {
        const file = (name: string) => join(workspace.folder, 'alike-run/maps', folder, name);
        const { item } = JSON.parse(await readFile(file('example.json'), 'utf8')) as { item: string };
        const picture = await decodeImage(await readFile(file('picture.png')), item);
        return [item, [...picture.data.slice(0, 3)]];
      }),
    );
    const expected = Object.entries(colours).map(([name, colour]) => [`${name}.png`, colour]);
    expect(Object.fromEntries(seen)).toEqual(Object.fromEntries(expected));
  });
});

describe('a damaged run folder', () => {
  const reported = async (folder: string) => {
    const { code, stdout, stderr } = await workspace.cli(['report', folder, '--json']);
    const page = await readFile(join(workspace.folder, folder, 'report.html'), 'utf8').catch(() => '');
    return {
      code,
      page,
      result: JSON.parse(stdout || '{}'),
      codes: errorsOf(stderr).map(({ error }) => error['code']),
    };
  };
  const damaged = async (name: string) => {
    expect((await evaluate(name)).code).toBe(0);
    return join(workspace.folder, name);
  };

  it('is reported without its damaged lines, which the page and stderr name', async () => {
    const folder = await damaged('damaged-log');
    const log = join(folder, 'rows.jsonl');
    const text = await readFile(log, 'utf8');
    await writeFile(log, text.replace('"value":1', '"value":0'));
    const { code, page, result, codes } = await reported('damaged-log');
    expect([code, codes, result]).toMatchObject([2, ['RUN_LOG_DAMAGED'], { images: 4, complete: false }]);
    expect(page).toContain('is damaged at line 1');
    expect(page).toContain('1 of 5 items have no result');
  });

  it('is reported without pictures that are gone or torn', async () => {
    const folder = await damaged('damaged-maps');
    const [first, second, third] = await readdir(join(folder, 'maps'));
    await rm(join(folder, 'maps', first!, 'picture.png'));
    await writeFile(join(folder, 'maps', second!, 'brightness.npy'), 'torn');
    await writeFile(join(folder, 'maps', third!, 'example.json'), '{');
    const { code, page, result, codes } = await reported('damaged-maps');
    expect([code, result.images, codes.toSorted()]).toEqual([
      2,
      5,
      ['EXAMPLE_NOT_READABLE', 'EXAMPLE_NOT_READABLE', 'MAP_NOT_READABLE'],
    ]);
    expect(page.match(/<img/g)).toHaveLength(3);
  });

  it('is reported whole where only its tables and its summary are gone', async () => {
    const folder = await damaged('no-tables');
    await rm(join(folder, 'tables'), { recursive: true });
    await rm(join(folder, 'summary.json'));
    expect(await reported('no-tables')).toMatchObject({ code: 0, result: { images: 5, complete: true }, codes: [] });
  });

  it('is refused where its record is not the one that its log was written under', async () => {
    const folder = await damaged('other-record');
    const record = join(folder, 'run.json');
    await writeFile(record, (await readFile(record, 'utf8')).replace('"seed": 0', '"seed": 1'));
    expect(await reported('other-record')).toMatchObject({ code: 2, page: '', codes: ['RUN_LOG_DAMAGED'] });
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
