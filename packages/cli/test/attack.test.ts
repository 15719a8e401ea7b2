import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { cp, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { decodeImage } from '@understory/imaging/sharp';
import type { AttackExampleRecord, AttackRow } from '@understory/studies';
import { adversarialPicture, byExampleRank, folderOfItem } from '@understory/studies/results';
import { fakeWorkspace, quarter, type Workspace } from './support/workspace.ts';

jest.setTimeout(60_000);

let workspace: Workspace;
beforeAll(async () => {
  workspace = await fakeWorkspace();
  const { folder, write } = workspace;
  await cp(fileURLToPath(new URL('./support/fake-attacks.mjs', import.meta.url)), join(folder, 'fake-attacks.mjs'));
  await write(
    'understory.config.json',
    JSON.stringify({ plugins: ['@understory/subjects', './fake-plugin.mjs', './fake-attacks.mjs'] }),
  );
  for (const [place, label] of ['red', 'blue'].entries()) {
    for (const strength of [255, 200, 150, 100]) {
      const colour = [0, 0, 0].map((_, channel) => (channel === 2 * place ? strength : 0)) as [number, number, number];
      await write(`data/${label}/${strength}.png`, await quarter(colour));
    }
  }
  // A picture that the network takes for green.
  await write('data/blue/wrong.png', await quarter([0, 255, 0]));
  await cp(join(folder, 'data'), join(folder, 'torn'), { recursive: true });
  await write('torn/blue/torn.png', 'no picture');
});
afterAll(() => workspace.remove());

const codeOf = (stderr: string) => /code +(\w+)/.exec(stderr)?.[1];
const fileIn = (path: string) => readFile(join(workspace.folder, path), 'utf8');

const attack = (out: string, more: readonly string[] = [], images: readonly string[] = ['folder:data']) =>
  workspace.cli([
    'attack',
    ...(more.includes('--attack') ? [more[more.indexOf('--attack') + 1]!] : ['push']),
    ...images,
    ...['--model', 'model/tiny.fake.json', '--explainer', 'brightness', '--out', out],
    ...(more.includes('--untargeted') ? [] : ['--target-class', 'green']),
    ...more.filter((part, at) => part !== '--attack' && more[at - 1] !== '--attack'),
  ]);

/** The folder of the example that the seed prefers of those that could be attacked. */
function firstExample(): string {
  const items = ['red', 'blue'].flatMap((label) => [255, 200, 150, 100].map((strength) => `${label}/${strength}.png`));
  return `first/examples/${folderOfItem(byExampleRank(items, (item) => item, 0)[0]!)}`;
}

async function rowsOf(out: string): Promise<AttackRow[]> {
  const lines = (await fileIn(`${out}/rows.jsonl`)).trim().split('\n');
  return lines.flatMap((line) => (JSON.parse(line) as { rows?: AttackRow[] }).rows ?? []);
}

describe('attack', () => {
  it('attacks every image through every mask and tells success, steps and pairs', async () => {
    const { code, stdout, stderr } = await attack('first', ['--mask', 'all,origin-top,first:0.5', '--preset', 'paper']);
    expect([code, stderr]).toEqual([0, expect.stringContaining('[9/9]')]);
    expect(stdout).toContain('9 images, 8 of 9 classified correctly (88.9');
    expect(stdout).toMatch(/push, preset paper, targeted: towards green, grass \(class 1\)/);
    expect(stdout).toMatch(/all +8 +100\.0/);
    expect(stdout).toContain('1 image not attacked: the unmodified image is already predicted as the target');
    expect(stdout).toMatch(/origin-top minus random +8/);
    expect(stdout).not.toContain("paper's");
  });

  it('adds random masks of the areas that the others have, once each, and none where they are not wanted', async () => {
    const names = async (out: string) =>
      JSON.parse(await fileIn(`${out}/run.json`)).parameters.attacks.map(({ name }: { name: string }) => name);
    expect(await names('first')).toEqual(['all', 'origin-top', 'first:fraction=0.5', 'random', 'random:fraction=0.5']);
    await attack('alone', ['--mask', 'origin-top', '--no-control', '--limit', '1']);
    expect(await names('alone')).toEqual(['origin-top']);
    await attack('held', ['--mask', 'origin-top', '--control', 'first', '--limit', '1']);
    expect(await names('held')).toEqual(['origin-top', 'first']);
    await attack('whole', ['--mask', 'all', '--limit', '1']);
    expect(await names('whole')).toEqual(['all']);
  });

  it('records what decides the rows, and that a preset was not kept to', async () => {
    const run = JSON.parse(await fileIn('first/run.json'));
    expect(run.parameters).toMatchObject({
      ...{ kind: 'attack', goal: 'targeted', target: { index: 1, label: 'green, grass' }, targetImage: null },
      explainer: { name: 'brightness' },
    });
    const [all, top] = run.parameters.attacks;
    expect(all).toMatchObject({
      ...{ attack: 'push', preset: 'paper', budget: { norm: 'linf', epsilon: 0.9 } },
      ...{ options: { steps: 20, threshold: 0.3 }, mask: { id: 'all', fraction: null } },
    });
    expect(top.mask).toMatchObject({ id: 'origin-top', fraction: 0.25, options: { fraction: 0.25 } });
    expect(all.options).not.toHaveProperty('batch');
    await attack('changed', ['--preset', 'paper', '--epsilon', '1/2', '--limit', '1']);
    expect(JSON.parse(await fileIn('changed/run.json')).parameters.attacks[0]).toMatchObject({
      ...{ preset: null, options: { steps: 20, epsilon: 0.5 } },
    });
  });

  it('lets exactly the pixels of the mask change, and stays within epsilon', async () => {
    const rows = (await rowsOf('first')).filter(({ success }) => success !== null);
    expect(rows).toHaveLength(40);
    const pixels = { all: 64, 'origin-top': 16, 'first:fraction=0.5': 32, random: 16, 'random:fraction=0.5': 32 };
    for (const row of rows) {
      expect(row.maskPixels).toBe(pixels[row.attack as keyof typeof pixels]);
      expect(row.l0).toBeLessThanOrEqual(row.maskPixels);
      expect(row.checks).toEqual({
        ...{ withinEpsilon: true, withinPixels: true, zeroOutsideMask: true, savedWithinEpsilon: true },
      });
      expect(row.trajectory!.probability).toHaveLength(row.evaluations);
    }
  });

  it('excludes an image that is the target already from every attack', async () => {
    const rows = (await rowsOf('first')).filter(({ item }) => item === 'blue/wrong.png');
    expect(rows).toHaveLength(5);
    expect(rows.every(({ success, evaluations, checks }) => success === null && evaluations === 0 && !checks)).toBe(
      true,
    );
  });

  it('draws masks of the image from its own map, each for the quarter that is brightest', async () => {
    const record = JSON.parse(await fileIn(`${firstExample()}/example.json`)) as AttackExampleRecord;
    const own = record.attacks.find((each) => each.attack === 'origin-top')!;
    const mask = await decodeImage(await readFile(join(workspace.folder, firstExample(), own.mask)));
    const white = (x: number, y: number) => mask.data[3 * (8 * y + x)] === 255;
    expect([white(0, 0), white(3, 3), white(4, 4), white(7, 0)]).toEqual([true, true, false, false]);
  });

  it('keeps whole examples of the images that the seed chooses', async () => {
    const folder = join(workspace.folder, firstExample());
    const record = JSON.parse(await readFile(join(folder, 'example.json'), 'utf8')) as AttackExampleRecord;
    expect(record).toMatchObject({ explainer: 'brightness', layer: 'features', target: 1 });
    expect(record.maps).toEqual({ original: 'original.npy', target: 'target.npy' });
    expect(record.attacks.map(({ factor }) => factor)).toEqual([1, 1, 1, 1, 1]);
    const files = await readdir(folder);
    for (const each of record.attacks) {
      const names = [each.picture, each.perturbation, each.mask, each.maps.original, each.maps.target];
      expect(files).toEqual(expect.arrayContaining(names));
    }
    expect(await readdir(join(workspace.folder, 'first/examples'))).toHaveLength(4);
    await expect(stat(join(workspace.folder, 'first/adversarial'))).rejects.toThrow();
  });

  it('finishes tables of the attacks and of every evaluation', async () => {
    const [head, ...lines] = (await fileIn('first/tables/attacks.csv')).trim().split(/\r?\n/);
    expect(head).toContain('checks.withinEpsilon');
    expect(lines).toHaveLength(45);
    expect(await fileIn('first/tables/trajectories.csv')).toContain('originalLogit');
  });

  it('does nothing twice, and refuses a folder of other parameters', async () => {
    const asked = ['--mask', 'all,origin-top,first:0.5', '--preset', 'paper'];
    const before = await fileIn('first/rows.jsonl');
    const { code, stdout } = await attack('first', [...asked, '--json']);
    expect([code, JSON.parse(stdout).summary.images]).toEqual([0, 9]);
    expect(await fileIn('first/rows.jsonl')).toBe(before);
    const { stderr } = await attack('first', [...asked, '--epsilon', '0.5']);
    expect(codeOf(stderr)).toBe('RUN_PARAMETERS_DIFFER');
  });

  it('gives the same rows for any batch size and sharding', async () => {
    const asked = ['--mask', 'all,origin-top,first:0.5', '--preset', 'paper'];
    const rows = await fileIn('first/tables/attacks.csv');
    for (const batch of ['1', '50']) {
      expect((await attack(`batch-${batch}`, [...asked, '--batch', batch, '--save', 'none'])).code).toBe(0);
      expect(await fileIn(`batch-${batch}/tables/attacks.csv`)).toBe(rows);
    }
    for (const part of ['2/2', '1/2']) {
      const { stdout } = await attack('parts', [...asked, '--shard', part]);
      expect(stdout).toContain('of this part are done');
    }
    expect((await attack('parts', asked)).code).toBe(0);
    expect(await fileIn('parts/tables/attacks.csv')).toBe(rows);
  });

  it('loses nothing when it is stopped on its way', async () => {
    const argv = ['attack', 'push:pause=40', 'folder:data', '--model', 'model/tiny.fake.json', '--target-class', '1'];
    const asked = [...argv, '--explainer', 'brightness', '--mask', 'first', '--batch', '1', '--out'];
    expect((await workspace.cli([...asked, 'whole-run'])).code).toBe(0);
    const interruption = new AbortController();
    const watch = setInterval(() => {
      void fileIn('stopped/rows.jsonl').then(
        (text) => text.split('\n').length > 2 && interruption.abort(),
        () => undefined,
      );
    }, 5);
    const { code, stderr } = await workspace.cli([...asked, 'stopped'], { signal: interruption.signal });
    clearInterval(watch);
    expect([code, codeOf(stderr)]).toEqual([2, 'INTERRUPTED']);
    const before = await rowsOf('stopped');
    expect(before.length).toBeGreaterThan(0);
    expect(before.length).toBeLessThan(18);
    expect((await workspace.cli([...asked, 'stopped'])).code).toBe(0);
    expect(await fileIn('stopped/tables/attacks.csv')).toBe(await fileIn('whole-run/tables/attacks.csv'));
    expect(await rowsOf('stopped')).toEqual(expect.arrayContaining(before));
  });

  it('ends as interrupted before it began, and goes on when told again', async () => {
    const interruption = new AbortController();
    interruption.abort();
    const argv = ['attack', 'push', 'folder:data', '--model', 'model/tiny.fake.json', '--explainer', 'brightness'];
    const asked = [...argv, '--target-class', '1', '--out', 'later'];
    const { code, stderr } = await workspace.cli(asked, { signal: interruption.signal });
    expect([code, codeOf(stderr)]).toEqual([2, 'INTERRUPTED']);
    expect((await workspace.cli(asked)).code).toBe(0);
  });

  it('records an image that cannot be read and goes on; --strict stops', async () => {
    const { code, stdout, stderr } = await attack('torn-run', ['--json', '--batch', '50'], ['folder:torn']);
    expect([code, JSON.parse(stdout)]).toMatchObject([2, { failed: 1, summary: { images: 9 } }]);
    expect(stderr).toContain('torn.png');
    const strict = await attack('strict-run', ['--strict'], ['folder:torn']);
    expect(codeOf(strict.stderr)).toBe('RUN_ITEM_FAILED');
  });

  it('sweeps fractions and epsilons as a product, and draws the curves of it', async () => {
    const { code, stdout } = await attack('sweep', [
      ...[
        '--mask',
        'all,first',
        '--sweep-fraction',
        '0.25,1/2',
        '--sweep-epsilon',
        '1/10,9/10',
        '--limit',
        '4',
        '--json',
      ],
    ]);
    const { parameters, summary } = JSON.parse(stdout);
    expect(code).toBe(0);
    expect(parameters.attacks.map(({ name }: { name: string }) => name)).toEqual([
      ...['all epsilon=1/10', 'first:fraction=0.25 epsilon=1/10', 'first:fraction=1/2 epsilon=1/10'],
      ...['random:fraction=0.25 epsilon=1/10', 'random:fraction=0.5 epsilon=1/10'],
      ...['all epsilon=9/10', 'first:fraction=0.25 epsilon=9/10', 'first:fraction=1/2 epsilon=9/10'],
      ...['random:fraction=0.25 epsilon=9/10', 'random:fraction=0.5 epsilon=9/10'],
    ]);
    expect(summary.curves.filter(({ mask }: { mask: string }) => mask === 'all')).toMatchObject([
      { along: 'epsilon', at: null, points: [{ x: 0.1 }, { x: 0.9 }] },
    ]);
    const first = summary.curves.filter(({ mask }: { mask: string }) => mask === 'first');
    expect(first.map(({ along, at }: { along: string; at: number }) => [along, at])).toEqual([
      ['fraction', 0.1],
      ['fraction', 0.9],
      ['epsilon', 0.25],
      ['epsilon', 0.5],
    ]);
    // Pairs have one epsilon and one fraction, or no fraction: 5 + 1 pairs of masks for each.
    expect(summary.comparisons).toHaveLength(2 * (4 + 2));
  });

  it('lets networks say anything else, and shows the pictures to another network', async () => {
    await cp(join(workspace.folder, 'model'), join(workspace.folder, 'other'), { recursive: true });
    const { code, stdout } = await attack('away', ['--untargeted', '--transfer', 'other/tiny.fake.json', '--json']);
    const { parameters, summary } = JSON.parse(stdout);
    expect([code, parameters.goal, parameters.target]).toEqual([0, 'untargeted', null]);
    const [all] = summary.attacks;
    expect(all).toMatchObject({ n: 9, success: { count: 9 }, saved: { count: 9 }, transfer: { count: 9, n: 9 } });
    await cp(join(workspace.folder, 'model'), join(workspace.folder, 'turned'), { recursive: true });
    await workspace.write(
      'turned/config.json',
      JSON.stringify({ id2label: { 0: 'red', 1: 'blue', 2: 'grass', 3: 'dark' } }),
    );
    const turned = await attack('away-1', ['--untargeted', '--transfer', 'turned/tiny.fake.json', '--limit', '1']);
    expect(turned.stderr).toContain('note: 2 of 4 classes have other names in turned/tiny.fake.json');
    await workspace.write('more/tiny.fake.json', JSON.stringify({ classes: 5 }));
    const refused = await attack('away-2', ['--transfer', 'more/tiny.fake.json']);
    expect([refused.code, codeOf(refused.stderr)]).toEqual([2, 'TRANSFER_DOES_NOT_FIT']);
  });

  it('writes the reason where an attack or a mask refuses, and ends with 2 where nothing is left', async () => {
    const { code, stdout } = await attack('reasons', ['--mask', 'all,boxed,tiny']);
    expect(code).toBe(2);
    expect(stdout).toContain('boxed: 8 images not attacked: MASK_NEEDS');
    expect(stdout).toMatch(
      /tiny: 8 images not attacked: PLUGIN_RESULT_INVALID: The mask "tiny" .* Found: mask 1: float32 \[2, 2\]/,
    );
    const refused = await attack('refusing', ['--attack', 'refuses']);
    expect([refused.code, refused.stdout]).toEqual([2, expect.stringContaining('CAPABILITY_MISSING')]);
  });

  it('takes a fault of a plugin for a failure, and tells of one that breaks the rules', async () => {
    const fault = await attack('fault', ['--attack', 'fails', '--json']);
    expect([fault.code, JSON.parse(fault.stdout)]).toMatchObject([2, { failed: 8, summary: { images: 1 } }]);
    const cheat = await attack('cheat', ['--attack', 'cheats', '--mask', 'first']);
    expect(cheat.code).toBe(2);
    expect(cheat.stdout).toContain('first: 8 adversarial images leave epsilon');
    expect(cheat.stdout).toContain('first: 8 adversarial images change pixels outside the mask');
  });

  it('saves further from the original what the nearest levels would lose', async () => {
    const { code } = await attack('hair', ['--attack', 'hair', '--limit', '2']);
    const rows = await rowsOf('hair');
    expect(code).toBe(0);
    for (const row of rows) expect(row).toMatchObject({ savedSuccess: true, savedRounding: 'outward' });
    expect((await rowsOf('first'))[0]).toMatchObject({ savedSuccess: true, savedRounding: 'nearest' });
  });

  it('counts what attacks warn of', async () => {
    const { stdout } = await attack('weak', ['--epsilon', '0.001']);
    expect(stdout).toContain('warning all: 8 images: it did not help');
  });

  it.each([
    [['--mask', 'al'], 'UNKNOWN_ID'],
    [['--mask', 'all:0.5'], 'SELECTION_INVALID'],
    [['--mask', 'first:1.5'], 'OPTION_INVALID'],
    [['--preset', 'rise'], 'UNKNOWN_PRESET'],
    [['--attack', 'pusch'], 'UNKNOWN_ID'],
    [['--attack', 'push,cheats'], 'USAGE'],
    [['--attack', 'cheats', '--epsilon', '0.1'], 'USAGE'],
    [['--target-class', '4'], 'CLASS_OUT_OF_RANGE'],
    [['--target-class', 'top2'], 'TARGET_INVALID'],
    [['--mask', 'target-top', '--untargeted'], 'TARGET_CLASS_MISSING'],
    [['--control', 'nothing', '--mask', 'first'], 'UNKNOWN_ID'],
    [['--explainer', 'brightness,refuses'], 'SELECTION_INVALID'],
    [['--mask', 'target-top'], 'TARGET_IMAGE_MISSING'],
    [['--mask', 'target-top', '--target-image', 'photos/nowhere.png'], 'TARGET_IMAGE_MISSING'],
    [['--mask', 'target-top', '--target-image', 'empty'], 'TARGET_IMAGE_MISSING'],
  ])('refuses %j with %s before anything is run', async (more, expected) => {
    const { code, stderr } = await attack('refused', more);
    expect([code, codeOf(stderr)]).toEqual([2, expected]);
    await expect(stat(join(workspace.folder, 'refused'))).rejects.toThrow();
  });

  it('wants one goal', async () => {
    const argv = ['attack', 'push', 'red.png', '--model', 'model/tiny.fake.json', '--out', 'goals'];
    for (const goals of [[], ['--target-class', '1', '--untargeted']]) {
      const { code, stderr } = await workspace.cli([...argv, ...goals]);
      expect([code, codeOf(stderr)]).toEqual([2, 'USAGE']);
    }
  });

  it('says which names of a target image it looked for', async () => {
    const { stderr } = await attack('refused', ['--mask', 'all,target-top', '--target-image', 'empty']);
    expect(stderr).toContain('The masks target-top are drawn from an image of class 1 (green, grass)');
    expect(stderr).toContain('"green" or "grass" or "1"');
  });

  it.each([
    ['an image', 'photos/green.png', 'green.png'],
    ['a folder with an image of that name', 'photos', 'green.png'],
    ['a folder of classes', 'samples', 'one.png'],
    ['a folder with a list of class indices', 'listed', 'two.png'],
    ['a folder of names with the word at their end', 'named', 'n01_grass.png'],
  ])('draws target masks from %s', async (_, path, name) => {
    const corner = await quarter([0, 255, 0]);
    await workspace.write('samples/green/one.png', corner);
    await workspace.write('samples/red/other.png', corner);
    await workspace.write('listed/images/two.png', corner);
    await workspace.write('listed/labels.csv', 'file,class_index\ntwo.png,1\n');
    await workspace.write('named/n01_grass.png', corner);
    const out = `target-${path.replaceAll(/\W/g, '-')}`;
    const { code } = await attack(out, [
      '--mask',
      'target-top',
      '--target-image',
      path,
      '--limit',
      '1',
      '--no-control',
    ]);
    expect(code).toBe(0);
    expect(JSON.parse(await fileIn(`${out}/run.json`)).parameters.targetImage.name).toMatch(new RegExp(`${name}$`));
  });
});

describe('attack on images', () => {
  it('tells of each image where its adversarial image lies, which gives the reported probability', async () => {
    const { code, stdout } = await attack('images', ['--mask', 'all,first:0.5'], ['red.png', 'photos']);
    expect(code).toBe(0);
    const picture = adversarialPicture('red', 'first:fraction=0.5');
    expect(stdout).toMatch(/^red\.png +red \d/m);
    expect(stdout).toContain(`images/${picture}`);
    const row = (await rowsOf('images')).find(({ item, attack: name }) => item === 'red' && name !== 'all')!;
    const again = await workspace.cli([
      ...['explain', `images/${picture}`, '--model', 'model/tiny.fake.json', '--explainer', 'brightness', '--json'],
      ...['--target', 'green', '--out', 'explained'],
    ]);
    const { top } = JSON.parse(again.stdout).images[0];
    const green = top.find(({ index }: { index: number }) => index === 1);
    expect(green.probability).toBeCloseTo(row.savedTargetProbability!, 6);
  });

  it('takes a folder without labels for its images, and lists files as JSON', async () => {
    const { code, stdout } = await attack('plain', ['--json', '--save', 'none'], ['photos']);
    const { images, parameters } = JSON.parse(stdout);
    expect([code, parameters.dataset.images]).toEqual([0, ['blue', 'green']]);
    expect(images).toMatchObject([
      { item: 'blue', success: true },
      { item: 'green', success: null },
    ]);
    await expect(stat(join(workspace.folder, 'plain/adversarial'))).rejects.toThrow();
  });

  it('has no control that nobody asked for', async () => {
    const { stdout } = await attack('few', ['--mask', 'first', '--json'], ['red.png']);
    expect(JSON.parse(stdout).summary.attacks).toHaveLength(1);
  });

  it.each([
    [['nowhere.png'], 'IMAGE_NOT_FOUND'],
    [['empty'], 'DATASET_FORMAT_UNKNOWN'],
    [['cifar11:data'], 'DATASET_FORMAT_UNKNOWN'],
  ])('refuses %j with %s', async (images, expected) => {
    const { code, stderr } = await attack('refused', [], images);
    expect([code, codeOf(stderr)]).toEqual([2, expected]);
  });
});

describe('report of attacks', () => {
  it.each([
    ['first', ['success', 'success-over-evaluations', 'trajectories', 'example-1']],
    ['sweep', ['success', 'sweep-fraction', 'sweep-epsilon', 'trajectories']],
    ['away', ['success', 'trajectories', 'example-1']],
    ['reasons', ['success', 'example-1']],
    ['few', ['success', 'example-1']],
  ])('draws %s with %j', async (folder, figures) => {
    const { code, stdout } = await workspace.cli(['report', folder]);
    const files = stdout.trim().split('\n');
    expect([code, files[0]]).toEqual([0, `${folder}/report.html`]);
    for (const figure of figures) expect(files).toContain(`${folder}/figures/${figure}.png`);
    for (const file of files) expect((await stat(join(workspace.folder, file))).size).toBeGreaterThan(500);
    const page = await fileIn(`${folder}/report.html`);
    expect(page).toContain('The attack succeeds');
    expect(page.replaceAll(/;base64,[^"]*/g, '')).not.toMatch(/https?:\/\/(?!www\.w3\.org)|undefined|NaN/);
  });
});
