import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeImage } from '@understory/imaging';
import { readGolden } from '@understory/testing';
import { emptyWorkspace, repository, type Workspace } from './support/workspace.ts';

// A real network on a busy machine.
jest.setTimeout(120_000);

let workspace: Workspace;
beforeAll(async () => void (workspace = await emptyWorkspace()));
afterAll(() => workspace.remove());

const chelsea = join(repository, 'packages/cli/samples/chelsea.png');

/** The map of a `.npy` file as explain writes it. */
async function readNpy(path: string): Promise<Float32Array> {
  const file = await readFile(path);
  const start = 10 + file.readUInt16LE(8);
  return Float32Array.from({ length: (file.length - start) / 4 }, (_, at) => file.readFloatLE(start + 4 * at));
}

const scaled = (map: Float32Array) => {
  const [low, high] = [Math.min(...map), Math.max(...map)];
  return map.map((value) => (value - low) / (high - low));
};

describe('the bundled network', () => {
  it('is explained from the photograph on as PyTorch does', async () => {
    const golden = await readGolden(join(repository, 'fixtures/golden/efficientnet-lite0'));
    const methods = ['gradcam', 'gradcam++', 'layercam', 'hirescam', 'xgradcam'];
    const target = String(golden.classes[0]);
    const last = golden.layers.at(-1)!;
    const { code, stdout } = await workspace.cli([
      ...['explain', chelsea, '--explainer', ['cam', ...methods].join(), '--target', `top1,${target}`],
      ...['--layer', last.module, '--npy', '--json'],
    ]);
    expect(code).toBe(0);
    const [result] = JSON.parse(stdout).images;
    for (const [at, { index, label, probability }] of golden.top5!.entries()) {
      expect(result.top[at]).toMatchObject({ index, label, probability: expect.closeTo(probability, 4) });
    }
    for (const method of methods) {
      const ours = scaled(await readNpy(join(workspace.folder, `out/chelsea.${method}.${target}.npy`)));
      const theirs = scaled(golden.tensor(last.maps[method]!).data as Float32Array);
      const furthest = Math.max(...ours.map((value, place) => Math.abs(value - theirs[place]!)));
      expect([method, ours.length, furthest < 1e-4]).toEqual([method, theirs.length, true]);
    }
    expect(await readdir(join(workspace.folder, 'out'))).toHaveLength(2 * 2 * 6);
  });

  it('is shown by the demo on its photographs, with one sheet that compares the methods', async () => {
    const { code, stdout } = await workspace.cli(['demo', '--quiet']);
    expect(code).toBe(0);
    expect(stdout).toContain('95.1 %  espresso ');
    const out = join(workspace.folder, 'out/demo');
    const overlays = ['chelsea', 'coffee', 'rocket'].flatMap((image) =>
      ['cam', 'gradcam++', 'gradcam', 'layercam'].map((method) => `${image}.${method}.top1.png`),
    );
    expect((await readdir(out)).sort()).toEqual([...overlays, 'contact-sheet.png'].sort());
    for (const overlay of overlays) {
      const { width, height } = await decodeImage(await readFile(join(out, overlay)));
      expect([width, height]).toEqual([224, 224]);
    }
    const sheet = await decodeImage(await readFile(join(out, 'contact-sheet.png')));
    // Five cells of 224 beside each other, and two rows for each of three photographs.
    expect(sheet.width).toBeGreaterThan(5 * 224);
    expect(sheet.height).toBeGreaterThan(6 * 224);
    expect(stdout).toContain(`Side by side: ${join('out/demo/contact-sheet.png')}`);
  });
});
