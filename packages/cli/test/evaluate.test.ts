import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { cp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fileName } from '@understory/studies/results';
import { fakeWorkspace, quarter, type Workspace } from './support/workspace.ts';

jest.setTimeout(60_000);

let workspace: Workspace;
beforeAll(async () => {
  workspace = await fakeWorkspace();
  const { folder, write } = workspace;
  await cp(fileURLToPath(new URL('./support/fake-metrics.mjs', import.meta.url)), join(folder, 'fake-metrics.mjs'));
  await write('understory.config.json', JSON.stringify({ plugins: ['./fake-plugin.mjs', './fake-metrics.mjs'] }));
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

const evaluate = (out: string, more: readonly string[] = [], data = 'folder:data') =>
  workspace.cli([
    'evaluate',
    data,
    '--model',
    'model/tiny.fake.json',
    '--explainer',
    'brightness',
    '--metric',
    'mass',
    '--out',
    out,
    ...more,
  ]);

const fileIn = (path: string) => readFile(join(workspace.folder, path), 'utf8');

describe('evaluate', () => {
  it('measures every image and tells means, intervals and the difference from random order', async () => {
    const { code, stdout, stderr } = await evaluate('first', ['--preset', 'paper']);
    expect([code, stderr]).toEqual([0, expect.stringContaining('[13/13]')]);
    expect(stdout).toContain('13 images, 12 of 13 classified correctly (92.3');
    expect(stdout).toMatch(/mass, preset paper, lower is better/);
    expect(stdout).toMatch(/brightness +0\.\d{3} +0\.\d{3} to 0\.\d{3} +0\.\d{3} +13 +0/);
    expect(stdout).toMatch(/on the same images, minus random-order:\n.*\n +brightness +−0\.\d{3} .* better/);
  });

  it('keeps a run.json, every row, finished tables and the maps of a few right and wrong images', async () => {
    const run = JSON.parse(await fileIn('first/run.json'));
    expect(run).toMatchObject({
      model: { sha256: 'fa'.repeat(32), backend: 'fake', executionProvider: 'paper' },
      seed: 0,
      parameters: { target: 'predicted', metrics: [{ name: 'mass', preset: 'paper', options: { repeats: 5 } }] },
    });
    expect(run.parameters.metrics[0].options).not.toHaveProperty('batch');
    expect(run.preprocessing).toBeDefined();
    const [head, ...rows] = (await fileIn('first/tables/measurements.csv')).trim().split(/\r?\n/);
    expect(head).toContain('predictedLabel');
    expect(rows).toHaveLength(26);
    expect(await readdir(join(workspace.folder, 'first/maps'))).toHaveLength(5);
    const wrong = await readdir(join(workspace.folder, 'first/maps', fileName('blue/wrong.png')));
    expect(wrong.toSorted()).toEqual(['brightness.npy', 'example.json', 'picture.png']);
  });

  it('takes every metric there is for all, and one that is named beside it as it is named', async () => {
    const argv = ['--metric', 'mass:repeats=2,all', '--limit', '1', '--json'];
    const { metrics } = JSON.parse((await evaluate('all-metrics', argv)).stdout).parameters;
    expect(metrics.map(({ name }: { name: string }) => name)).toEqual([
      ...['mass:repeats=2', 'stuck', 'broken', 'boxed', 'again'],
    ]);
  });

  it('names no preset where a setting that it has is given otherwise', async () => {
    const settings = async (out: string, metric: string) => {
      const { stdout } = await evaluate(out, ['--preset', 'paper', '--metric', metric, '--limit', '1', '--json']);
      return JSON.parse(stdout).parameters.metrics[0];
    };
    expect(await settings('kept', 'mass:repeats=5,batch=2')).toMatchObject({
      preset: 'paper',
      options: { repeats: 5 },
    });
    expect(await settings('changed', 'mass:repeats=4')).toMatchObject({ preset: null, options: { repeats: 4 } });
  });

  it('does nothing twice', async () => {
    const log = join(workspace.folder, 'first/rows.jsonl');
    const before = [await fileIn('first/rows.jsonl'), (await stat(log)).mtimeMs];
    const { code, stdout } = await evaluate('first', ['--preset', 'paper', '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout).summary.images).toBe(13);
    expect(await fileIn('first/rows.jsonl')).toBe(before[0]);
  });

  it('refuses a folder of other parameters and names the difference', async () => {
    const { code, stderr } = await evaluate('first', ['--preset', 'paper', '--seed', '1']);
    expect([code, codeOf(stderr)]).toEqual([2, 'RUN_PARAMETERS_DIFFER']);
    expect(stderr).toContain('seed: stored 0, now 1');
  });

  it('gives the same rows for any batch size and sharding', async () => {
    const rows = await fileIn('first/tables/measurements.csv');
    expect((await evaluate('batched', ['--preset', 'paper', '--batch', '3'])).code).toBe(0);
    expect(await fileIn('batched/tables/measurements.csv')).toBe(rows);
    for (const part of ['2/3', '1/3', '3/3']) {
      const { code, stdout } = await evaluate('parts', ['--preset', 'paper', '--shard', part]);
      expect([code, stdout]).toEqual([0, expect.stringContaining('of this part are done')]);
    }
    expect((await evaluate('parts', ['--preset', 'paper'])).code).toBe(0);
    expect(await fileIn('parts/tables/measurements.csv')).toBe(rows);
  });

  it('records an image that cannot be read and goes on; --strict stops', async () => {
    const { code, stdout, stderr } = await evaluate('torn-run', ['--json'], 'folder:torn');
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ failed: 1, summary: { images: 13 } });
    const [line] = stderr.split('\n').filter((text) => text.startsWith('{'));
    expect(JSON.parse(line!)).toMatchObject({ image: expect.stringContaining('torn.png') });
    expect(await fileIn('torn-run/tables/failures.csv')).toContain('torn.png');
    const strict = await evaluate('strict-run', ['--strict'], 'folder:torn');
    expect([strict.code, codeOf(strict.stderr)]).toEqual([2, 'RUN_ITEM_FAILED']);
  });

  it('writes a reason where a metric or an explainer does not apply, and ends with 2 where nothing is left', async () => {
    const { code, stdout } = await workspace.cli([
      ...[
        'evaluate',
        'folder:data',
        '--model',
        'model/tiny.fake.json',
        '--explainer',
        'brightness,refuses',
        '--metric',
        'mass,stuck',
      ],
      ...['--out', 'reasons'],
    ]);
    expect(code).toBe(2);
    expect(stdout).toContain('brightness: 13 images without a value: METRIC_NOT_APPLICABLE: It needs what nobody has.');
    expect(stdout).toContain('refuses: 13 images without a value: CAM_NOT_APPLICABLE');
  });

  it('takes a fault of a plugin for a failure, not for a property of an image', async () => {
    const { code, stdout } = await evaluate('fault', ['--metric', 'broken', '--json']);
    expect([code, JSON.parse(stdout)]).toMatchObject([2, { failed: 13, summary: { images: 0 } }]);
  });

  it('hands metrics the explainer again, and boxes only where there are some', async () => {
    const { stdout } = await evaluate('again', ['--metric', 'again,boxed', '--json', '--limit', '2']);
    const [again, boxed] = JSON.parse(stdout).summary.metrics;
    expect(again.explainers).toMatchObject([{ n: 2, mean: 0 }]);
    expect(boxed.explainers).toMatchObject([{ n: 0, reasons: [{ reason: 'no box', count: 2 }] }]);
  });

  it('explains the label, or any class, and takes only what is predicted right', async () => {
    const right = JSON.parse((await evaluate('right', ['--only-correct', '--json'])).stdout);
    expect(right.summary).toMatchObject({ images: 12, accuracy: { correct: 12, n: 12 } });
    await evaluate('labels', ['--target', 'label', '--ids', 'blue/wrong.png']);
    const [, row] = (await fileIn('labels/tables/measurements.csv')).trim().split(/\r?\n/);
    expect(row).toMatch(/blue\/wrong\.png.*blue/);
    const dark = await evaluate('dark', ['--target', 'dark', '--limit', '1', '--json']);
    expect(JSON.parse(dark.stdout).parameters.target).toBe(3);
  });

  it.each([
    [['--preset', 'rise'], 'UNKNOWN_PRESET'],
    [['--metric', 'masss'], 'UNKNOWN_ID'],
    [['--metric', 'mass:steps=3'], 'UNKNOWN_OPTION'],
    [['--explainer', 'brightnes'], 'UNKNOWN_EXPLAINER'],
    [['--shard', '4/3'], 'USAGE'],
    [['--target', 'top2'], 'TARGET_INVALID'],
    [['--ids', 'nowhere.png'], 'DATASET_ID_UNKNOWN'],
  ])('refuses %j with %s before anything is run', async (more, expected) => {
    const { code, stderr } = await evaluate('refused', more);
    expect([code, codeOf(stderr)]).toEqual([2, expected]);
    await expect(stat(join(workspace.folder, 'refused'))).rejects.toThrow();
  });

  it('refuses a class that the model does not have', async () => {
    await workspace.write('odd/zebra/1.png', await quarter([255, 0, 0]));
    const { code, stderr } = await evaluate('odd-run', [], 'folder:odd');
    expect([code, codeOf(stderr)]).toEqual([2, 'DATASET_CLASS_UNKNOWN']);
    expect(stderr).toContain('zebra');
  });

  it('ends as interrupted, and goes on when told again', async () => {
    const interruption = new AbortController();
    interruption.abort();
    const argv = [
      'evaluate',
      'folder:data',
      '--model',
      'model/tiny.fake.json',
      '--explainer',
      'brightness',
      '--metric',
      'mass',
    ];
    const { code, stderr } = await workspace.cli([...argv, '--out', 'later'], { signal: interruption.signal });
    expect([code, codeOf(stderr)]).toEqual([2, 'INTERRUPTED']);
    expect((await workspace.cli([...argv, '--out', 'later'])).code).toBe(0);
  });
});

describe('evaluate --explainer all', () => {
  it('measures every explainer and says which do not apply, without calling that a failure', async () => {
    const argv = ['evaluate', 'folder:data', '--model', 'model/tiny.fake.json', '--metric', 'mass', '--limit', '2'];
    const { code, stdout } = await workspace.cli([...argv, '--explainer', 'all', '--out', 'every', '--json']);
    const { parameters, summary } = JSON.parse(stdout);
    const names = ['brightness', 'stubborn', 'refuses', 'fragile'];
    expect(parameters.explainers.map(({ name }: { name: string }) => name)).toEqual(names);
    const counts = summary.metrics[0].explainers.map(({ explainer, n }: { explainer: string; n: number }) => [
      explainer,
      n,
    ]);
    expect(Object.fromEntries(counts)).toEqual({ brightness: 2, stubborn: 2, refuses: 0, fragile: 0 });
    expect(code).toBe(0);
    const named = await workspace.cli([...argv, '--explainer', 'all,refuses', '--out', 'named', '--json']);
    expect([named.code, named.stderr]).toEqual([2, expect.stringContaining('no mass of refuses') as unknown]);
  });
});

describe('report', () => {
  it('writes one page and its figures as files', async () => {
    const { code, stdout } = await workspace.cli(['report', 'first']);
    expect(code).toBe(0);
    const files = stdout.trim().split('\n');
    expect(files[0]).toBe('first/report.html');
    expect(files).toContain('first/figures/mass.curve.svg');
    for (const file of files) expect((await stat(join(workspace.folder, file))).size).toBeGreaterThan(500);
    const page = await fileIn('first/report.html');
    expect(page).toContain('brightness is better than random-order');
    expect(page).not.toMatch(/https?:\/\/(?!www\.w3\.org)/);
  });

  it('names tables that are missing or cut, and reports what the logs hold', async () => {
    await cp(join(workspace.folder, 'first'), join(workspace.folder, 'cut'), { recursive: true });
    await rm(join(workspace.folder, 'cut/tables/measurements.csv'));
    await workspace.write('cut/tables/curves.parquet', 'PAR1');
    const { code, stdout, stderr } = await workspace.cli(['report', 'cut', '--json']);
    expect(code).toBe(2);
    const { images, problems } = JSON.parse(stdout);
    expect(images).toBe(13);
    expect(problems.map((each: { code: string; found: string }) => [each.code, each.found])).toEqual([
      ['RUN_TABLE_DAMAGED', 'the end is missing'],
      ['RUN_TABLE_DAMAGED', 'no such file'],
    ]);
    expect(stderr).toContain('RUN_TABLE_DAMAGED');
    expect(await fileIn('cut/report.html')).toContain('measurements.csv');
  });

  it('prints what it wrote as JSON', async () => {
    const { stdout } = await workspace.cli(['report', 'first', '--json', '--out', 'page.html']);
    expect(JSON.parse(stdout)).toMatchObject({ page: 'page.html', images: 13, complete: true });
  });

  it.each([
    ['nowhere', 'RUN_NOT_FOUND'],
    ['other', 'RUN_KIND_UNKNOWN'],
    ['fault', 'NOTHING_MEASURED'],
  ])('refuses %s with %s', async (folder, expected) => {
    await workspace.write('other/run.json', JSON.stringify({ format: 2, seed: 0 }));
    const { code, stderr } = await workspace.cli(['report', folder]);
    expect([code, codeOf(stderr)]).toEqual([2, expected]);
  });
});
