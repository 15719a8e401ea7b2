import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AttackRow, EvaluationRow } from '@understory/studies';
import { fakeWorkspace, quarter, type Workspace } from './support/workspace.ts';

jest.setTimeout(60_000);

const plugins = ['fake-plugin', 'fake-metrics', 'fake-attacks', 'fake-probe', 'fake-second'];

let workspace: Workspace;
beforeAll(async () => {
  workspace = await fakeWorkspace();
  const { folder, write } = workspace;
  for (const name of plugins) {
    await cp(fileURLToPath(new URL(`./support/${name}.mjs`, import.meta.url)), join(folder, `${name}.mjs`));
  }
  await write('understory.config.json', JSON.stringify({ plugins: plugins.map((name) => `./${name}.mjs`) }));
  await write('model/deaf.fake.json', '{ "deaf": true }');
  await write('model/wide.fake.json', '{ "wide": true }');
  for (const [label, colour] of Object.entries({ red: [255, 0, 0], blue: [0, 0, 200] } as const)) {
    await write(`data/${label}/one.png`, await quarter(colour));
  }
});
afterAll(() => workspace.remove());

const codeOf = (stderr: string) => /code +(\w+)/.exec(stderr)?.[1];
const runOf = async (out: string) => JSON.parse(await readFile(join(workspace.folder, out, 'run.json'), 'utf8'));

/** In the order of the images, whichever was done first. */
async function rowsOf<Row extends { readonly item: string }>(out: string): Promise<Row[]> {
  const lines = (await readFile(join(workspace.folder, out, 'rows.jsonl'), 'utf8')).trim().split('\n');
  const rows = lines.flatMap((line) => (JSON.parse(line) as { rows?: Row[] }).rows ?? []);
  return rows.sort((left, right) => (left.item < right.item ? -1 : 1));
}

const model = (name = 'tiny') => ['--model', `model/${name}.fake.json`];
const explain = (...argv: readonly string[]) =>
  workspace.cli(['explain', 'red.png', ...model(), '--no-overlay', ...argv]);
const explainJson = async (...argv: readonly string[]) => JSON.parse((await explain('--json', ...argv)).stdout);
const evaluate = (out: string, ...argv: readonly string[]) =>
  workspace.cli(['evaluate', 'folder:data', ...model(), '--explainer', 'names', '--out', out, ...argv]);

const fake = { backend: 'fake', executionProvider: 'paper', sha256: 'fa'.repeat(32), remarks: [] };
const second = { backend: 'second', executionProvider: 'ink', sha256: 'fb'.repeat(32), remarks: ['it blots'] };

describe('--backend', () => {
  it('holds for everything, for one plugin by its name with or without its scope, or both', async () => {
    const placesOf = async (...argv: readonly string[]) => {
      const document = await explainJson('--explainer', 'names', ...argv.flatMap((text) => ['--backend', text]));
      return [document.model.backend, document.images[0].maps[0].layer];
    };
    expect(await placesOf()).toEqual(['fake', 'fake']);
    expect(await placesOf('second')).toEqual(['second', 'second']);
    expect(await placesOf('second=second')).toEqual(['fake', 'second']);
    expect(await placesOf('@understory/second=second')).toEqual(['fake', 'second']);
    expect(await placesOf('second', 'second=fake')).toEqual(['second', 'fake']);
    expect(await placesOf('understory-plugin-fake=second')).toEqual(['fake', 'fake']);
  });

  it('goes before the configuration: one plugin alone, or all of it', async () => {
    const own = await fakeWorkspace();
    try {
      for (const name of ['fake-plugin', 'fake-second']) {
        await cp(join(workspace.folder, `${name}.mjs`), join(own.folder, `${name}.mjs`));
      }
      const file = {
        plugins: ['./fake-plugin.mjs', './fake-second.mjs'],
        ...{ backend: 'second', backends: { '@understory/second': 'fake', 'understory-plugin-fake': 'fake' } },
      };
      await own.write('understory.config.json', JSON.stringify(file));
      const usesOf = async (...argv: readonly string[]) => {
        const asked = ['explain', 'red.png', ...model(), '--no-overlay', '--json', '--explainer', 'names,brightness'];
        const { backends } = JSON.parse((await own.cli([...asked, ...argv])).stdout);
        return backends.map(({ backend, computes }: typeof fake & { computes: string[] }) => [backend, ...computes]);
      };
      expect(await usesOf()).toEqual([
        ['second', 'predictions'],
        ['fake', 'explainer names', 'explainer brightness'],
      ]);
      expect(await usesOf('--backend', 'second=second')).toEqual([
        ['second', 'predictions', 'explainer names'],
        ['fake', 'explainer brightness'],
      ]);
      expect(await usesOf('--backend', 'fake')).toEqual([
        ['fake', 'predictions', 'explainer names', 'explainer brightness'],
      ]);
    } finally {
      await own.remove();
    }
  });

  it.each<[readonly string[], string, string]>([
    [['nothing'], 'UNKNOWN_BACKEND', 'nothing'],
    [['second=nothing'], 'UNKNOWN_BACKEND', 'nothing'],
    [['secnd=fake'], 'PLUGIN_UNKNOWN', 'Did you mean "second"?'],
    [['elsewhere=fake'], 'PLUGIN_UNKNOWN', 'Add it to the plugins (--plugin).'],
    [['fake', 'second'], 'USAGE', 'a second backend for everything'],
    [['second=fake', '@understory/second=second'], 'USAGE', 'a second backend for second'],
    [['=fake'], 'USAGE', 'chooses no backend'],
    [['second='], 'USAGE', 'chooses no backend'],
    [['second=fake=second'], 'USAGE', 'chooses no backend'],
  ])('%j is refused with %s', async (texts, expected, told) => {
    const { code, stderr, stdout } = await explain(...texts.flatMap((text) => ['--backend', text]));
    expect([code, codeOf(stderr), stdout]).toEqual([2, expected, '']);
    expect(stderr).toContain(told);
  });

  it('refuses a model that another backend takes for one of other pictures', async () => {
    const { code, stderr } = await workspace.cli([
      ...['explain', 'red.png', ...model('wide'), '--explainer', 'names', '--backend', 'second=second'],
    ]);
    expect([code, codeOf(stderr)]).toEqual([2, 'BACKENDS_DISAGREE']);
    expect(stderr).toContain('width: 8 and 16');
  });
});

describe('a run on two backends', () => {
  it('measures each metric on the model of its own plugin and explains again on that of the explainer', async () => {
    const valuesOf = async (out: string, ...backends: readonly string[]) => {
      const { code, stderr } = await evaluate(out, '--metric', 'whose,mass', '--quiet', ...backends);
      expect([code, stderr]).toEqual([0, '']);
      return (await rowsOf<EvaluationRow>(out)).filter(({ metric }) => metric === 'whose').map(({ value }) => value);
    };
    expect(await valuesOf('plain')).toEqual([0, 0]);
    expect(await valuesOf('both', '--backend', 'second=second')).toEqual([11, 11]);
    expect((await runOf('plain')).backends).toEqual([
      { ...fake, computes: ['predictions', 'explainer names', 'metric whose', 'metric mass'] },
    ]);
    expect((await runOf('both')).backends).toEqual([
      { ...fake, computes: ['predictions', 'metric mass'] },
      { ...second, computes: ['explainer names', 'metric whose'] },
    ]);
  });

  it('has weights re-initialised on the model of the metric', async () => {
    const onSecond = ['--backend', 'understory-plugin-fake-metrics=second'];
    const { code, stderr } = await evaluate('redrawn', '--metric', 'redraws', '--quiet', ...onSecond);
    expect([code, stderr]).toEqual([0, '']);
    expect((await rowsOf<EvaluationRow>('redrawn')).map(({ value }) => value)).toEqual([1, 1]);
    expect((await runOf('redrawn')).backends).toEqual([
      { ...fake, computes: ['predictions', 'explainer names'] },
      { ...second, computes: ['metric redraws'] },
    ]);
  });

  it('names the backends where there are several, tells their remarks, and reports them', async () => {
    const { stdout, stderr } = await evaluate('told', '--metric', 'whose', '--backend', 'second=second');
    expect(stdout).toMatch(/fake +on paper +predictions\n.*second +on ink +explainer names, metric whose\n/);
    expect(stderr).toContain('note: it blots');
    expect((await evaluate('alone', '--metric', 'whose')).stdout).not.toContain('on paper  ');
    await workspace.cli(['report', 'told', '--quiet']);
    const page = await readFile(join(workspace.folder, 'told/report.html'), 'utf8');
    expect(page).toContain('second, ink: explainer names, metric whose');
  });

  it('does not go on in a folder that was made on others', async () => {
    await evaluate('changed', '--metric', 'whose', '--backend', 'second=second');
    const { code, stderr } = await evaluate('changed', '--metric', 'whose');
    expect([code, codeOf(stderr)]).toEqual([2, 'RUN_PARAMETERS_DIFFER']);
    expect(stderr).toContain('backends');
  });

  it('attacks and probes on the backend of the attack and of the probe, and draws maps on that of the explainer', async () => {
    const attack = [
      'attack',
      'nothing',
      'folder:data',
      ...model(),
      '--untargeted',
      '--mask',
      'all,origin-top',
      '--quiet',
    ];
    const chosen = ['--explainer', 'brightness', '--backend', 'second=second', '--no-control'];
    expect((await workspace.cli([...attack, ...chosen, '--out', 'attacked'])).code).toBe(0);
    const [row] = await rowsOf<AttackRow>('attacked');
    const blue = Math.exp((2 * 200) / 255);
    // Twice the logits of the first backend, which are 1 + 200/255 for blue and 1 for the others.
    expect([row?.warnings, row?.originalProbability]).toEqual([['second'], expect.closeTo(blue / (blue + 3), 5)]);
    expect(await runOf('attacked')).toMatchObject({
      model: { backend: 'second' },
      backends: [
        { ...second, computes: ['predictions', 'attack nothing'] },
        { ...fake, computes: ['explainer brightness'] },
      ],
    });

    const probe = ['probe', 'brightness', 'folder:data', ...model(), '--explainer', 'names', '--quiet'];
    const others = ['--backend', 'understory-plugin-fake-probe=second'];
    expect((await workspace.cli([...probe, ...others, '--out', 'probed'])).code).toBe(0);
    expect((await runOf('probed')).backends).toEqual([
      { ...second, computes: ['predictions', 'probe brightness'] },
      { ...fake, computes: ['explainer names'] },
    ]);
  });

  it('leaves each backend its own: what one computes does not depend on the other being there', async () => {
    const mapsOf = async (...argv: readonly string[]) =>
      (await explainJson('--explainer', 'brightness,names', ...argv)).images[0];
    const [alone, beside] = [await mapsOf(), await mapsOf('--backend', 'second=second')];
    expect(beside.top).toEqual(alone.top);
    expect(beside.maps[0]).toEqual(alone.maps[0]);
    expect((await mapsOf('--backend', 'second')).top[0].logit).toBe(2 * alone.top[0].logit);
  });
});

describe('what a backend lacks', () => {
  it('is told of an explainer before anything is read, with the backend that has it; the rest goes on', async () => {
    const { code, stdout, stderr } = await explain('--explainer', 'slopes,brightness');
    expect([code, codeOf(stderr)]).toEqual([2, 'CAPABILITY_MISSING']);
    expect(stderr).toContain('(--backend second=second).');
    expect(stdout).toContain('brightness');
    const { images, failures } = await explainJson('--explainer', 'slopes');
    expect([images, failures.length]).toEqual([[], 1]);
    await workspace.write('model/bare.fake.json', '{ "bare": true }');
    const bare = await workspace.cli(['explain', 'red.png', ...model('bare'), '--explainer', 'refuses', '--json']);
    expect(JSON.parse(bare.stdout).failures[0].error).toMatchObject({
      ...{ code: 'CAPABILITY_MISSING', found: expect.stringContaining('no graphs for it') },
      next: expect.stringContaining('No other backend that is loaded has it'),
    });
    expect((await explain('--explainer', 'slopes', '--backend', 'second=second')).code).toBe(0);
  });

  it.each<[string, readonly string[], string]>([
    ['evaluate', ['folder:data', '--explainer', 'slopes', '--metric', 'whose'], 'second'],
    ['evaluate', ['folder:data', '--explainer', 'names', '--metric', 'redraws'], 'understory-plugin-fake-metrics'],
    ['attack', ['nothing', 'folder:data', '--untargeted'], 'second'],
    ['probe', ['brightness', 'folder:data', '--explainer', 'slopes'], 'second'],
  ])('ends %s %j before it makes a folder', async (command, argv, plugin) => {
    const { code, stdout, stderr } = await workspace.cli([command, ...argv, ...model(), '--out', 'unmade']);
    expect([code, codeOf(stderr), stdout]).toEqual([2, 'CAPABILITY_MISSING', '']);
    expect(stderr).toContain(`(--backend ${plugin}=second).`);
    await expect(runOf('unmade')).rejects.toThrow('ENOENT');
  });

  it('ends an attack whose gradients do not reach the picture', async () => {
    const asked = ['attack', 'nothing', 'folder:data', ...model('deaf'), '--untargeted', '--out', 'unmade'];
    const { code, stderr } = await workspace.cli([...asked, '--backend', 'second']);
    expect([code, codeOf(stderr)]).toEqual([2, 'NOT_DIFFERENTIABLE']);
    expect(stderr).toContain('Ears have no gradient.');
  });

  it('does not keep an attack from running when maps are only looked at', async () => {
    const asked = ['attack', 'push', 'folder:data', ...model(), '--untargeted', '--explainer', 'slopes'];
    expect((await workspace.cli([...asked, '--out', 'unseen', '--no-control', '--quiet'])).code).toBe(0);
    expect((await runOf('unseen')).backends).toEqual([{ ...fake, computes: ['predictions', 'attack push'] }]);
  });

  it('is asked by inspect of the backend of each explainer', async () => {
    const inspect = ['inspect', 'model/tiny.fake.json', '--json', '--backend', 'second=second'];
    const { classifier } = JSON.parse((await workspace.cli(inspect)).stdout);
    const { stdout } = await workspace.cli(inspect.filter((part) => part !== '--json'));
    expect(stdout).toMatch(/brightness +applies\n/);
    expect(stdout).toMatch(/names +applies +on second\n/);
    const backends = classifier.explainers.map(({ id, backend }: Record<string, string>) => [id, backend]);
    expect(Object.fromEntries(backends)).toMatchObject({ brightness: 'fake', names: 'second', slopes: 'second' });
  });
});
