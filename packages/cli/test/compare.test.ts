import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { cp, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ComparisonSummary } from '@understory/studies';
import { quantisedCopy } from './support/quantised-copy.ts';
import { emptyWorkspace, repository, type Workspace } from './support/workspace.ts';

// Two real networks on a busy machine.
jest.setTimeout(120_000);

let workspace: Workspace;
beforeAll(async () => {
  workspace = await emptyWorkspace();
  const { folder, write } = workspace;
  await cp(join(repository, 'fixtures/images'), join(folder, 'photos'), { recursive: true });
  const bytes = await readFile(join(repository, 'packages/zoo/models/cifar10-resnet/onnx/model.onnx'));
  await write('int8.onnx', quantisedCopy(bytes));
  await write('int3.onnx', quantisedCopy(bytes, { bits: 3 }));
});
afterAll(() => workspace.remove());

const compare = (other: string, out: string, more: readonly string[] = []) =>
  workspace.cli(['compare', 'cifar10-resnet', other, '--images', 'photos', '--out', out, '--quiet', ...more]);

const quick = [
  '--metric',
  'deletion:steps=4',
  '--probe',
  'shuffle:grid=4,permutations=2',
  '--mask',
  'origin-top,random',
];
const attack = ['--attack', 'pgd:stop=misclassification,steps=2,lastLook=true', '--epsilon', '2/255,16/255'];

const summaryOf = async (out: string): Promise<ComparisonSummary> =>
  JSON.parse(await readFile(join(workspace.folder, out, 'summary.json'), 'utf8'));

describe('compare', () => {
  it('finds a quantised copy alike in every study, and keeps every tolerance', async () => {
    const limits = [
      '--max-drop',
      '0.05',
      '--min-agreement',
      '1',
      '--min-correlation',
      '0.95',
      '--max-blindness',
      '0.2',
    ];
    const { code, stdout, stderr } = await compare('int8.onnx', 'same', [...quick, ...attack, ...limits]);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('The networks decide the same on 3 of 3 images: 100.0');
    const summary = await summaryOf('same');
    expect(summary.images).toBe(3);
    expect(summary.maps[0]?.explainer).toBe('gradcam');
    expect(summary.maps[0]?.correlation.same.mean).toBeGreaterThan(0.98);
    // The copy is not the same network.
    const probability = summary.measures.find(({ measure }) => measure === 'target-probability')!;
    expect(probability.difference).not.toBe(0);
    expect(Math.abs(probability.difference!)).toBeLessThan(0.02);
    expect(summary.measures.map(({ measure }) => measure)).toEqual(
      expect.arrayContaining(['deletion:steps=4 gradcam', 'kept shuffle 4 x 4', 'fooled origin-top', 'fooled random']),
    );
    expect(summary.tolerances.map(({ name, isExceeded }) => [name, isExceeded])).toEqual([
      ['maxDrop', false],
      ['maxBlindness', false],
      ['minAgreement', false],
      ['minCorrelation', false],
    ]);
  });

  it('tells of the same numbers in tables, keeps pictures of both sides, and reports them beside each other', async () => {
    const folder = join(workspace.folder, 'same');
    const [head] = (await readFile(join(folder, 'tables/measures.csv'), 'utf8')).split(/\r?\n/);
    expect(head).toBe('item,part,measure,title,first,second,difference');
    expect(await readdir(join(folder, 'examples/chelsea'))).toEqual(
      expect.arrayContaining(['example.json', 'first.png', 'second.png', 'first-gradcam.npy', 'second-gradcam.npy']),
    );
    expect((await workspace.cli(['report', 'same'])).code).toBe(0);
    const page = await readFile(join(folder, 'report.html'), 'utf8');
    expect(page).toContain('<h1>cifar10-resnet and int8</h1>');
    expect(page).toContain('Kept: the fraction of images with the same decision is 1');
    expect(page.match(/gradcam, int8: says/g)).toHaveLength(3);
  });

  it('ends with 1 where a tolerance is exceeded, says which, and writes everything all the same', async () => {
    const { code, stderr } = await compare('int3.onnx', 'worse', [
      ...['--attack', 'none', '--metric', 'none', '--probe', 'none'],
      ...['--min-agreement', '1', '--min-correlation', '0.99', '--max-drop', '1'],
    ]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/error A declared tolerance is exceeded: the fraction of images with the same decision/);
    expect(stderr).toMatch(/found +0\.\d+, 95 % interval .*\n +expected +at least 1\n[^]*code +TOLERANCE_EXCEEDED/);
    const { tolerances } = await summaryOf('worse');
    expect(tolerances.map(({ name, isExceeded }) => [name, isExceeded])).toEqual([
      ['maxDrop', false],
      ['minAgreement', true],
      ['minCorrelation', true],
    ]);
  });

  it('ends with 2 where a tolerance is of what was not measured', async () => {
    const { code, stderr } = await compare('int8.onnx', 'unmeasured', [
      ...['--attack', 'none', '--metric', 'none', '--probe', 'none', '--max-fooling', '0.1'],
    ]);
    expect([code, stderr]).toEqual([2, expect.stringContaining('TOLERANCE_NOT_MEASURED')]);
  });

  it('finds the same rows in shards and in one run', async () => {
    const only = ['--attack', 'none', '--metric', 'none'];
    await compare('int8.onnx', 'whole', only);
    for (const part of ['1/2', '2/2']) await compare('int8.onnx', 'parts', [...only, '--shard', part]);
    await compare('int8.onnx', 'parts', only);
    expect(await summaryOf('parts')).toEqual(await summaryOf('whole'));
    expect((await summaryOf('whole')).images).toBe(3);
    const table = (out: string) => readFile(join(workspace.folder, out, 'tables/measures.csv'), 'utf8');
    expect(await table('parts')).toBe(await table('whole'));
  });

  it('refuses networks without a class in common, and says what they have', async () => {
    const folder = join(workspace.folder, 'other');
    await cp(join(repository, 'packages/zoo/models/cifar10-resnet'), folder, { recursive: true });
    const names = Array.from({ length: 10 }, (_, at) => [String(at), `dish ${at}`]);
    const config = JSON.parse(await readFile(join(folder, 'config.json'), 'utf8'));
    await writeFile(join(folder, 'config.json'), JSON.stringify({ ...config, id2label: Object.fromEntries(names) }));
    const { code, stderr } = await compare('other', 'refused');
    expect([code, stderr]).toEqual([2, expect.stringContaining('NETWORKS_DIFFER')]);
    expect(stderr).toContain('airplane, automobile, bird ...; dish 0, dish 1, dish 2 ...');
  });
});

describe('docs/how-to/compare.md', () => {
  it('has commands that the program takes, each a study', async () => {
    const page = await readFile(join(repository, 'docs/how-to/compare.md'), 'utf8');
    const blocks = [...page.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block]) => block!.replaceAll(/\\\n\s*/g, ''));
    const commands = blocks.flatMap((block) => block.trim().split('\n'));
    const studies = commands.filter((command) => /^npx understory (?:compare|diagnose) /.test(command));
    expect(studies).toHaveLength(5);
    const kinds: string[] = [];
    for (const command of studies) {
      const { code, stdout, stderr } = await workspace.cli([...command.split(' ').slice(2), '--print-spec']);
      expect([code, stderr]).toEqual([0, '']);
      const spec = JSON.parse(stdout);
      kinds.push(spec.study);
      // What a page shows can be run from a file too.
      await workspace.write('spec.json', stdout);
      expect((await workspace.cli(['run', 'spec.json', '--print-spec'])).stdout).toBe(stdout);
    }
    expect(kinds).toEqual(['compare', 'compare', 'compare', 'diagnose', 'diagnose']);
  });

  it('names every tolerance that a specification has', async () => {
    const page = await readFile(join(repository, 'docs/how-to/compare.md'), 'utf8');
    const { stdout } = await workspace.cli(['compare', '--help']);
    const flags = [...stdout.matchAll(/--(?:max|min)-\w+ </g)].map(([flag]) => flag.slice(0, -2));
    expect(flags).toHaveLength(5);
    for (const flag of flags) expect(page).toContain(`| \`${flag}\``);
  });
});
