import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { readFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { VisualisationRow } from '@understory/studies';
import { emptyWorkspace, type Workspace } from './support/workspace.ts';

jest.setTimeout(120_000);

let workspace: Workspace;
beforeAll(async () => {
  workspace = await emptyWorkspace();
});
afterAll(() => workspace.remove());

const visualise = (...more: readonly string[]) =>
  workspace.cli(['visualise', '--model', 'cifar10-resnet', '--quiet', ...more]);
const fileIn = (...path: string[]) => readFile(join(workspace.folder, ...path));
const rowsIn = async (folder: string): Promise<VisualisationRow[]> =>
  JSON.parse((await fileIn(folder, 'summary.json')).toString()).groups.flatMap(
    ({ pictures }: { pictures: VisualisationRow[] }) => pictures,
  );

const asked = ['--layer', 'stage2,stage3', '--channel', '0..2', '--steps', '24', '--rate', '0.1'] as const;

describe('visualise', () => {
  it('makes pictures that raise most channels more than the best of the photographs', async () => {
    const { code, stdout, stderr } = await visualise(...asked, '--out', 'first');
    expect([code, stderr]).toEqual([0, '']);
    const rows = await rowsIn('first');
    expect(rows.map(({ item }) => item)).toEqual(
      ['stage2', 'stage3'].flatMap((layer) => [0, 1, 2].map((channel) => `${layer}-${channel}`)),
    );
    const above = rows.filter(({ value, photograph }) => value > photograph.value);
    expect(above.length).toBeGreaterThanOrEqual(5);
    expect(rows.every(({ value, start }) => value > start)).toBe(true);
    expect(stdout).toContain(`${above.length} of 6 with a higher value than the best of 3 photographs`);
  });

  it('keeps a picture for each, a sheet, the page and every row', async () => {
    expect((await readdir(join(workspace.folder, 'first', 'pictures'))).sort()).toEqual(
      ['stage2', 'stage3'].flatMap((layer) => [0, 1, 2].map((channel) => `${layer}-${channel}.png`)),
    );
    expect((await fileIn('first', 'sheet.png')).length).toBeGreaterThan(10_000);
    const page = (await fileIn('first', 'report.html')).toString();
    expect(page).toContain('What does cifar10-resnet respond to?');
    expect(page.match(/data:image\/png/g)?.length).toBeGreaterThanOrEqual(6);
  });

  it('makes the same bytes again by itself, and resumes a run without making what is there', async () => {
    const only = ['--layer', 'stage3', '--channel', '1', '--steps', '24', '--rate', '0.1'];
    expect((await visualise(...only, '--out', 'second')).code).toBe(0);
    const picture = await fileIn('first', 'pictures', 'stage3-1.png');
    expect((await fileIn('second', 'pictures', 'stage3-1.png')).equals(picture)).toBe(true);
    const path = join(workspace.folder, 'second', 'pictures', 'stage3-1.png');
    const { mtimeMs } = await stat(path);
    expect((await visualise(...only, '--out', 'second')).code).toBe(0);
    expect((await stat(path)).mtimeMs).toBe(mtimeMs);
  });

  it('raises classes, by index or name, and the middle of a channel', async () => {
    const { code } = await visualise('--target', 'cat', '--steps', '24', '--rate', '0.1', '--out', 'classes');
    expect(code).toBe(0);
    const [cat, ...others] = await rowsIn('classes');
    expect([others, cat]).toEqual([[], expect.objectContaining({ layer: null, channel: null, label: 'cat' })]);
    expect(cat!.value).toBeGreaterThan(cat!.photograph.value);
    const middle = ['--layer', 'stage3', '--channel', '1', '--at', 'centre', '--steps', '24', '--rate', '0.1'];
    expect((await visualise(...middle, '--out', 'centre')).code).toBe(0);
    const mean = (await rowsIn('first')).find(({ item }) => item === 'stage3-1')!;
    expect((await rowsIn('centre'))[0]!.value).toBeGreaterThan(mean.value);
  });

  it.each([
    [['--layer', 'stage3', '--channel', '100000'], 'CHANNEL_OUT_OF_RANGE'],
    [['--layer', 'stage9'], 'UNKNOWN_LAYER'],
    [['--target', 'unicorn'], 'UNKNOWN_CLASS'],
    [['--visualiser', 'dream'], 'UNKNOWN_ID'],
    [['--steps', '0'], 'OPTION_INVALID'],
    [['--channel', 'all'], 'SPEC_INVALID'],
    [['--model', 'orchard-clip-blind', '--layer', 'logits_per_image'], ''],
  ])('ends with a code: %j', async (options, expected) => {
    const { code, stderr } = await visualise(...options, '--out', 'wrong');
    expect(code).toBe(2);
    const found = /code +(\w+)/.exec(stderr)?.[1];
    if (expected === '') expect(found).toBeDefined();
    else expect(found).toBe(expected);
  });
});
