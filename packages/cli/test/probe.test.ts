import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { cp, readdir, readFile, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { probePicturePath } from '@understory/studies/results';
import { fakeWorkspace, quarter, type Workspace } from './support/workspace.ts';

jest.setTimeout(60_000);

let workspace: Workspace;
beforeAll(async () => {
  workspace = await fakeWorkspace();
  const { folder, write } = workspace;
  await cp(fileURLToPath(new URL('./support/fake-probe.mjs', import.meta.url)), join(folder, 'fake-probe.mjs'));
  await write(
    'understory.config.json',
    JSON.stringify({ plugins: ['./fake-plugin.mjs', './fake-probe.mjs', '@understory/probe-shuffle'] }),
  );
  for (const [place, label] of ['red', 'green', 'blue'].entries()) {
    for (const strength of [255, 200, 150, 100]) {
      const colour = [0, 1, 2].map((channel) => (channel === place ? strength : 0)) as [number, number, number];
      await write(`data/${label}/${strength}.png`, await quarter(colour));
    }
  }
  // A picture that the network takes for red.
  await write('data/blue/wrong.png', await quarter([255, 0, 0]));
  await cp(join(folder, 'data'), join(folder, 'torn'), { recursive: true });
  await write('torn/green/torn.png', 'no picture');
});
afterAll(() => workspace.remove());

const codeOf = (stderr: string) => /code +(\w+)/.exec(stderr)?.[1];

const probe = (out: string, more: readonly string[] = [], images = 'folder:data', id = 'shuffle') => {
  const explainer = more.includes('--explainer') ? [] : ['--explainer', 'brightness'];
  return workspace.cli([
    ...['probe', id, images, '--model', 'model/tiny.fake.json', '--out', out],
    ...explainer,
    ...more,
  ]);
};

/** Small grids, so that runs are quick. */
const quick = ['--grid', '2,4', '--permutations', '2'];

const fileIn = (path: string) => readFile(join(workspace.folder, path), 'utf8');

describe('probe', () => {
  it('tells the verdict, every measure with its interval, and where the rows are', async () => {
    const { code, stdout, stderr } = await probe('first', quick);
    expect([code, stderr]).toEqual([0, expect.stringContaining('[13/13]')]);
    // The network is a mean of each channel: blind to space.
    expect(stdout).toContain(
      'Cut into 4 x 4 patches and shuffled, images keep their predicted class more often than not: 100.0 %',
    );
    expect(stdout).toMatch(
      /keeps its top-1; .*\n +condition +accuracy .* same-top1 .*\n.*unmodified .*\n +grid=2 .* 100\.0\s% +77\.2 to 100\.0\s% +13/,
    );
    expect(stdout).toContain('first holds every row');
  });

  it('keeps a run.json, every row, finished tables, the summary, and the pictures of its examples and no others', async () => {
    const run = JSON.parse(await fileIn('first/run.json'));
    expect(run).toMatchObject({
      seed: 0,
      parameters: {
        kind: 'probe',
        dataset: { onlyCorrect: false },
        probe: { id: 'shuffle', preset: null, options: { grid: [2, 4], permutations: 2, controls: [] } },
        explainer: { name: 'brightness' },
      },
    });
    expect(run.parameters.probe.options).not.toHaveProperty('batch');
    const [head, ...rows] = (await fileIn('first/tables/rows.csv')).trim().split(/\r?\n/);
    expect(head).toMatch(/^item,.*sameTop1.*logitChange.*mapFollowsPiece/);
    expect(rows).toHaveLength(13 * 4);
    const { examples } = JSON.parse(await fileIn('first/summary.json'));
    const folders = new Set<string>();
    for (const { item, pictures } of examples) {
      for (const { name } of pictures) {
        const path = probePicturePath(item, name);
        expect((await stat(join(workspace.folder, 'first', path))).size).toBeGreaterThan(50);
        folders.add(path.split('/')[1]!);
      }
    }
    expect((await readdir(join(workspace.folder, 'first/examples'))).sort()).toEqual([...folders].sort());
  });

  it('does nothing twice, and gives the record with the summary as JSON', async () => {
    const before = await fileIn('first/rows.jsonl');
    const { code, stdout } = await probe('first', [...quick, '--json']);
    const found = JSON.parse(stdout);
    expect([code, found.failed, found.summary.images]).toEqual([0, 0, 13]);
    expect(found.parameters.kind).toBe('probe');
    expect(found.summary).toEqual(JSON.parse(await fileIn('first/summary.json')));
    expect(await fileIn('first/rows.jsonl')).toBe(before);
  });

  it('goes on where it was killed, with the same rows, summary and pictures', async () => {
    await cp(join(workspace.folder, 'first'), join(workspace.folder, 'killed'), { recursive: true });
    const log = join(workspace.folder, 'killed/rows.jsonl');
    await truncate(log, Math.floor((await stat(log)).size / 2));
    const { code } = await probe('killed', quick);
    expect(code).toBe(0);
    for (const file of ['tables/rows.csv', 'summary.json']) {
      expect(await fileIn(`killed/${file}`)).toBe(await fileIn(`first/${file}`));
    }
    const listed = async (run: string) =>
      (await readdir(join(workspace.folder, run, 'examples'), { recursive: true })).sort();
    expect(await listed('killed')).toEqual(await listed('first'));
  });

  it('gives the same rows, summary and pictures for any batch size and sharding', async () => {
    expect((await probe('batched', [...quick, '--batch', '3'])).code).toBe(0);
    for (const part of ['2/3', '1/3', '3/3']) {
      const { code, stdout } = await probe('parts', [...quick, '--shard', part]);
      expect([code, stdout]).toEqual([0, expect.stringContaining('of this part are done')]);
    }
    expect((await probe('parts', quick)).code).toBe(0);
    for (const run of ['batched', 'parts']) {
      for (const file of ['tables/rows.csv', 'summary.json']) {
        expect(await fileIn(`${run}/${file}`)).toBe(await fileIn(`first/${file}`));
      }
      expect(await readdir(join(workspace.folder, run, 'examples'))).toEqual(
        await readdir(join(workspace.folder, 'first/examples')),
      );
    }
  });

  it("stands beside the paper's numbers under its preset", async () => {
    const { stdout } = await probe('paper', ['--preset', 'paper', '--explainer', 'none']);
    expect(stdout).toMatch(/grid=4 .* 100\.0\s% .*\n +the paper's, its network +77\.1\s% +95\.6\s%/);
    const run = JSON.parse(await fileIn('paper/run.json'));
    expect(run.parameters).toMatchObject({ explainer: null, probe: { preset: 'paper', options: { permutations: 1 } } });
  });

  it('names no preset, and no number of the paper, where a setting of the preset is given otherwise', async () => {
    const asked = ['--preset', 'paper', '--permutations', '2', '--explainer', 'none', '--limit', '1'];
    const { stdout } = await probe('changed', asked);
    expect(stdout).not.toContain("the paper's");
    const run = JSON.parse(await fileIn('changed/run.json'));
    expect(run.parameters.probe).toMatchObject({ preset: null, options: { grid: [4], permutations: 2 } });
  });

  it('takes settings behind the id, controls, and derangements', async () => {
    const { stdout } = await probe(
      'settings',
      ['--control', 'seams,flip-vertical', '--derangement', '--json', '--limit', '2'],
      'folder:data',
      'shuffle:grid=3,permutations=1',
    );
    const { parameters, summary } = JSON.parse(stdout);
    expect(parameters.probe.options).toMatchObject({
      grid: [3],
      derangement: true,
      controls: ['seams', 'flip-vertical'],
    });
    const conditions = new Set(summary.estimates.map(({ condition }: { condition: string }) => condition));
    expect([...conditions]).toEqual(['unmodified', 'grid=3', 'seams, grid=3', 'flip-vertical']);
  });

  it('probes images as they are named, and folders of images', async () => {
    const one = await probe('one', quick, 'red.png');
    expect([one.code, one.stdout]).toEqual([
      0,
      expect.stringContaining('this one image keeps its predicted class 2 of 2 times'),
    ]);
    const folder = await probe('folder', [...quick, '--json'], 'photos');
    expect(JSON.parse(folder.stdout).summary.images).toBe(2);
  });

  it('takes only what is predicted right', async () => {
    const { stdout } = await probe('right', [...quick, '--only-correct', '--json']);
    const { summary } = JSON.parse(stdout);
    expect(summary.images).toBe(12);
    expect(summary.estimates[0]).toMatchObject({ measure: 'accuracy', condition: 'unmodified', estimate: 1, n: 12 });
  });

  it('asks any probe, with its own settings and presets', async () => {
    const { code, stdout } = await probe('bright', ['--preset', 'paper'], 'folder:data', 'brightness');
    expect(code).toBe(0);
    expect(stdout).toMatch(/Of pictures .* % are bright\.\n13 images, pictures of 1 kept\n/);
    expect(stdout).toMatch(/above=0\.05 .*\n +the paper's, its network +50\.0\s%/);
    expect(await readdir(join(workspace.folder, 'bright/examples'))).toHaveLength(1);
    const { options } = JSON.parse(await fileIn('bright/run.json')).parameters.probe;
    expect(options).toEqual({ above: 0.05 });
  });

  it('records an image that cannot be read and goes on; --strict stops', async () => {
    const { code, stdout, stderr } = await probe('torn-run', [...quick, '--json'], 'folder:torn');
    expect([code, JSON.parse(stdout)]).toMatchObject([2, { failed: 1, summary: { images: 13 } }]);
    const [line] = stderr.split('\n').filter((text) => text.startsWith('{'));
    expect(JSON.parse(line!)).toMatchObject({ image: expect.stringContaining('torn.png') });
    const strict = await probe('strict-run', [...quick, '--strict'], 'folder:torn');
    expect([strict.code, codeOf(strict.stderr)]).toEqual([2, 'RUN_ITEM_FAILED']);
  });

  it('takes a fault of a plugin for a failure', async () => {
    const { code, stdout } = await probe('fault', ['--json'], 'folder:data', 'broken');
    expect([code, JSON.parse(stdout)]).toMatchObject([2, { failed: 13, summary: { images: 0 } }]);
  });

  it('refuses a folder of other parameters and names the difference', async () => {
    const { code, stderr } = await probe('first', [...quick, '--derangement']);
    expect([code, codeOf(stderr)]).toEqual([2, 'RUN_PARAMETERS_DIFFER']);
    expect(stderr).toContain('derangement');
  });

  it.each([
    ['shuffle', ['--grid', '1'], 'OPTION_INVALID'],
    ['shuffle', ['--grid', '9'], 'OPTION_INVALID'],
    ['shuffle', ['--control', 'sideways'], 'OPTION_INVALID'],
    ['shuffle', ['--preset', 'rise'], 'UNKNOWN_PRESET'],
    ['shuffle', ['--explainer', 'brightnes'], 'UNKNOWN_EXPLAINER'],
    ['shuffle', ['--explainer', 'brightness,fragile'], 'SELECTION_INVALID'],
    ['shuffle', ['--shard', '4/3'], 'USAGE'],
    ['shuffle,broken', [], 'USAGE'],
    ['shufle', [], 'UNKNOWN_ID'],
    ['brightness', ['--grid', '2'], 'USAGE'],
  ])('refuses %s with %j: %s', async (id, more, expected) => {
    const { code, stderr } = await probe('refused', more, 'folder:data', id);
    expect([code, codeOf(stderr)]).toEqual([2, expected]);
    await expect(stat(join(workspace.folder, 'refused'))).rejects.toThrow();
  });

  it('ends as interrupted, and goes on when told again', async () => {
    const interruption = new AbortController();
    interruption.abort();
    const argv = [
      'probe',
      'shuffle',
      'folder:data',
      '--model',
      'model/tiny.fake.json',
      '--explainer',
      'none',
      ...quick,
    ];
    const { code, stderr } = await workspace.cli([...argv, '--out', 'later'], { signal: interruption.signal });
    expect([code, codeOf(stderr)]).toEqual([2, 'INTERRUPTED']);
    expect((await workspace.cli([...argv, '--out', 'later'])).code).toBe(0);
  });

  it('is drawn by report', async () => {
    const { code, stdout } = await workspace.cli(['report', 'first']);
    expect([code, stdout.split('\n')[0]]).toEqual([0, 'first/report.html']);
    const page = await fileIn('first/report.html');
    expect(page).toContain('Cut into 4 x 4 patches and shuffled');
  });
});
