import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeImage } from '@understory/imaging/sharp';
import type { AttackRow } from '@understory/studies';
import { adversarialPicture } from '@understory/studies/results';
import { emptyWorkspace, repository, type Workspace } from './support/workspace.ts';

// A real network on a busy machine.
jest.setTimeout(180_000);

let workspace: Workspace;
beforeAll(async () => {
  workspace = await emptyWorkspace();
  await cp(join(repository, 'packages/cli/samples'), join(workspace.folder, 'photos'), { recursive: true });
});
afterAll(() => workspace.remove());

const bytesOf = (path: string) => readFile(join(workspace.folder, path));

const attack = (out: string, more: readonly string[] = []) =>
  workspace.cli([
    ...['attack', 'pgd:threshold=0.5', 'photos/chelsea.png', 'photos/coffee.png', '--model', 'cifar10-resnet'],
    ...['--target-class', 'frog', '--target-image', 'photos/rocket.jpg', '--preset', 'paper', '--steps', '12'],
    ...['--mask', 'all,origin-top:0.25,target-bottom:0.25,uniform:0.25', '--control', 'random', '--out', out, ...more],
  ]);

describe('attack pgd on a network', () => {
  let rows: readonly AttackRow[];

  it('misleads it through masks of exactly so many pixels, within epsilon', async () => {
    const { code, stdout } = await attack('run', ['--json']);
    expect(code).toBe(0);
    const { images, summary, parameters } = JSON.parse(stdout);
    rows = images;
    expect(rows).toHaveLength(10);
    expect(parameters).toMatchObject({
      ...{ explainer: { name: 'gradcam' }, targetImage: { name: 'rocket.jpg' }, target: { label: 'frog' } },
      attacks: [{ preset: null, options: { steps: 12, threshold: 0.5 } }, {}, {}, {}, { name: 'random:fraction=0.25' }],
    });
    for (const row of rows) {
      expect(row.maskPixels).toBe(row.attack === 'all' ? 32 * 32 : 256);
      expect(row.l0).toBeLessThanOrEqual(row.maskPixels);
      expect(row.linf).toBeLessThanOrEqual(12 / 255 + 1e-6);
      expect(row.checks).toEqual({
        ...{ withinEpsilon: true, withinPixels: true, zeroOutsideMask: true, savedWithinEpsilon: true },
      });
    }
    expect(summary.attacks[0]).toMatchObject({ attack: 'all', success: { count: 2, n: 2 }, saved: { count: 2, n: 2 } });
  });

  it('writes pictures that the network takes for what the rows say', async () => {
    for (const { item, attack: name, savedTargetProbability, success, savedSuccess } of rows) {
      if (name !== 'all') continue;
      const picture = adversarialPicture(item, name);
      const { width, height } = await decodeImage(await bytesOf(`run/${picture}`));
      expect([width, height, success, savedSuccess]).toEqual([32, 32, true, true]);
      const { stdout } = await workspace.cli([
        ...[
          'explain',
          `run/${picture}`,
          '--model',
          'cifar10-resnet',
          '--target',
          'frog',
          '--out',
          'explained',
          '--json',
        ],
      ]);
      const [best] = JSON.parse(stdout).images[0].top;
      expect(best.label).toBe('frog');
      expect(best.probability).toBeCloseTo(savedTargetProbability!, 5);
    }
  });

  it('does nothing twice, and refuses other settings', async () => {
    const before = await bytesOf('run/rows.jsonl');
    expect((await attack('run')).code).toBe(0);
    expect((await bytesOf('run/rows.jsonl')).equals(before)).toBe(true);
    const { code, stderr } = await attack('run', ['--epsilon', '4/255']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('RUN_PARAMETERS_DIFFER')]);
  });
});
