import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { cp, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DiagnosisSummary } from '@understory/studies';
import { emptyWorkspace, repository, type Workspace } from './support/workspace.ts';

// A real network on a busy machine.
jest.setTimeout(120_000);

let workspace: Workspace;
beforeAll(async () => {
  workspace = await emptyWorkspace();
  await cp(join(repository, 'fixtures/images'), join(workspace.folder, 'photos'), { recursive: true });
});
afterAll(() => workspace.remove());

const quick = [
  ...['--model', 'cifar10-resnet', '--quiet', '--explainer', 'gradcam,saliency,random,centre'],
  ...['--metric', 'deletion:steps=4,score=probability,sanity:stages=1', '--probe', 'shuffle:grid=4,permutations=2'],
  ...['--attack', 'pgd:stop=misclassification,steps=4,lastLook=true', '--epsilon', '0.01/255,32/255'],
];

const summaryOf = async (out: string): Promise<DiagnosisSummary> =>
  JSON.parse(await readFile(join(workspace.folder, out, 'summary.json'), 'utf8'));

describe('diagnose', () => {
  it('writes one page about one image, with a sentence and its caveat for each part', async () => {
    const { code, stdout, stderr } = await workspace.cli(['diagnose', 'photos/chelsea.png', ...quick]);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain(join('out', 'diagnose', 'chelsea', 'report.html'));
    const { images, verdicts, fooling, agreement, probe } = await summaryOf('out/diagnose/chelsea');
    expect(images).toBe(1);
    expect(verdicts.map(({ topic }) => topic)).toEqual([
      ...['prediction', 'agreement', 'sanity', 'faithfulness', 'arrangement', 'robustness'],
    ]);
    for (const { statement, caveat } of verdicts) {
      expect(statement).toMatch(/^[A-Z].*\.$/);
      expect(caveat).toMatch(/^[A-Z].*\.$/);
    }
    expect(verdicts[0]!.statement).toMatch(/^The network says \w+ \(\d+\.\d.%\), \d+\.\d points ahead of \w+/);
    // Four explainers make six pairs, of which one is of two that look at the network.
    expect(agreement.pairs).toHaveLength(6);
    expect(agreement.methods.mean).toBe(
      agreement.pairs.find(({ first, second }) => first === 'gradcam' && second === 'saliency')!.mean,
    );
    // Nothing is flipped by a hundredth of a level, and through some tenth it is by 32.
    expect(fooling.map(({ mask }) => mask)).toEqual(['origin-top', 'origin-bottom', 'random']);
    for (const { median } of fooling) expect([null, 32 / 255]).toContain(median);
    expect(probe!.verdict.statement).toContain('this one image keeps its predicted class');
    const page = await readFile(join(workspace.folder, 'out/diagnose/chelsea/report.html'), 'utf8');
    for (const { statement } of verdicts) expect(page).toContain(statement.slice(0, 40));
    const kept = await readdir(join(workspace.folder, 'out/diagnose/chelsea/examples/chelsea'));
    expect(kept).toEqual(expect.arrayContaining(['picture.png', 'gradcam.npy', 'probe-shuffled.png']));
  });

  it('tries no larger budget than the first that flips the decision', async () => {
    const out = ['--out', 'ladder', '--metric', 'none', '--probe', 'none', '--epsilon', '64/255,128/255'];
    await workspace.cli(['diagnose', 'photos/chelsea.png', ...quick, ...out]);
    const table = await readFile(join(workspace.folder, 'ladder/tables/attacks.csv'), 'utf8');
    const tried = table.trim().split(/\r?\n/).slice(1);
    const flipped = (await summaryOf('ladder')).fooling.filter(({ median }) => median === 64 / 255);
    expect(flipped.length).toBeGreaterThan(0);
    expect(tried).toHaveLength(6 - flipped.length);
  });

  it('does the same for many images, whose sentences are about all of them', async () => {
    const asked = ['diagnose', '--dataset', 'photos', ...quick, '--out', 'many', '--attack', 'none'];
    const { code, stderr } = await workspace.cli(asked);
    expect([code, stderr]).toEqual([0, '']);
    const { images, verdicts, evaluation } = await summaryOf('many');
    expect(images).toBe(3);
    expect(verdicts[0]!.statement).toMatch(/^Over 3 images, no image has a label/);
    expect(verdicts.some(({ topic }) => topic === 'robustness')).toBe(false);
    expect(evaluation.metrics[0]!.explainers[0]!.n).toBe(3);
  });

  it('asks for an image or a data set, and not for both', async () => {
    const { code, stderr } = await workspace.cli(['diagnose', 'photos/chelsea.png', '--dataset', 'photos']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('There are images and a data set.')]);
    expect((await workspace.cli(['diagnose'])).stderr).toContain('There is no image.');
  });
});
