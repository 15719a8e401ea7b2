import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseHTML } from 'linkedom';
import { orchardScene, render } from '@understory/datasets/orchard';
import { decodeImage, encodePng } from '@understory/imaging/sharp';
import { Node } from '@understory/onnx-autodiff';
import { readGolden } from '@understory/testing/node';
import { onnxModel } from './support/onnx-model.ts';
import { emptyWorkspace, quarter, repository, type Workspace } from './support/workspace.ts';

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

describe('the bundled detector and segmenter', () => {
  const scene = orchardScene('readme', 3, { size: 320, clutter: 2, background: 'gradient' });
  const kinds = ['apple', 'strawberry', 'lemon', 'pineapple'];
  const explain = (...argv: readonly string[]) =>
    workspace.cli([
      'explain',
      'orchard.png',
      '--explainer',
      'layercam,saliency',
      '--sheet',
      '--html',
      '--json',
      ...argv,
    ]);
  beforeAll(async () => {
    const png = await encodePng(render(scene));
    for (const path of ['orchard.png', 'scenes/apple/orchard.png']) await workspace.write(path, png);
  });

  it('have each box explained where it is, drawn with its map, on the sheet and on the page', async () => {
    const argv = ['--model', 'orchard-detector', '--target', 'boxes', '--npy', '--out', 'boxes'];
    const { code, stdout } = await explain(...argv);
    const { images, files } = JSON.parse(stdout);
    expect([code, files]).toEqual([0, ['boxes/sheet.png', 'boxes/explanation.html']]);
    const [{ answer, maps }] = images;
    expect([...answer.options.map(({ label }: { label: string }) => label)].sort()).toEqual([...kinds].sort());
    expect(maps).toHaveLength(2 * kinds.length);
    for (const { explained, explainer, files: own } of maps) {
      const { label, box } = explained;
      // The scene is drawn at twice the size of what the network sees.
      const { box: truth } = scene.objects.find(({ kind }) => kind === label)!;
      const overlap = (start: number, size: number, other: number, otherSize: number) =>
        Math.max(0, Math.min(start + size, other + otherSize) - Math.max(start, other));
      const shared =
        overlap(box.x, box.width, truth.x / 2, truth.width / 2) *
        overlap(box.y, box.height, truth.y / 2, truth.height / 2);
      expect(shared / (box.width * box.height)).toBeGreaterThan(0.8);
      const map = await readNpy(join(workspace.folder, own.map));
      const side = Math.sqrt(map.length);
      const highest = map.indexOf(Math.max(...map));
      const [x, y] = [highest % side, Math.floor(highest / side)].map((at) => ((at + 0.5) * 160) / side) as [
        number,
        number,
      ];
      // Within a cell of the layer, which is 16 pixels at most.
      const away = Math.max(box.x - x, x - box.x - box.width, box.y - y, y - box.y - box.height);
      expect([explainer, label, away < 16]).toEqual([explainer, label, true]);
    }
    const { document } = parseHTML(await readFile(join(workspace.folder, 'boxes/explanation.html'), 'utf8'));
    expect(document.querySelectorAll('.maps img')).toHaveLength(2 * kinds.length);
    expect(document.querySelectorAll('.scores tr')).toHaveLength(kinds.length);
  });

  it('have a class explained over its own pixels', async () => {
    const argv = [
      '--model',
      'orchard-segmenter',
      '--target',
      'region:apple,-region:apple',
      '--npy',
      '--out',
      'regions',
    ];
    const { code, stdout } = await explain(...argv);
    expect(code).toBe(0);
    const [{ answer, maps }] = JSON.parse(stdout).images;
    const names = answer.options.map(({ label }: { label: string }) => label);
    expect(names).toEqual(expect.arrayContaining(['background', ...kinds]));
    const [first, lowering] = maps;
    expect(first.explained.value).toBeCloseTo(-lowering.explained.value, 5);
    const { box } = scene.objects.find(({ kind }) => kind === 'apple')!;
    const map = await readNpy(join(workspace.folder, first.files.map));
    const highest = map.indexOf(Math.max(...map));
    const [x, y] = [(highest % 10) * 32 + 16, Math.floor(highest / 10) * 32 + 16];
    expect([x > box.x && x < box.x + box.width, y > box.y && y < box.y + box.height]).toEqual([true, true]);
  });

  it.each([
    ['orchard-detector', 'box:apple'],
    ['orchard-segmenter', 'region:apple'],
  ])(
    'have maps of %s measured over the %s that is explained, without a data set that says where it is',
    async (model, target) => {
      const metrics =
        'attribution-localisation:weighted=true,relevance-rank-accuracy,top-k-intersection:pixels=100,pointing-game';
      const { code, stdout, stderr } = await workspace.cli([
        ...['evaluate', 'folder:scenes', '--model', model, '--target', target, '--explainer', 'layercam,random'],
        ...['--metric', metrics, '--out', `measured-${model}`, '--quiet', '--json'],
      ]);
      expect([code, stderr]).toEqual([0, '']);
      const { summary } = JSON.parse(stdout) as {
        summary: { metrics: readonly { explainers: readonly { explainer: string; mean: number }[] }[] };
      };
      const [weighted, rank, top, pointing] = summary.metrics.map(({ explainers }) =>
        Object.fromEntries(explainers.map(({ explainer, mean }) => [explainer, mean])),
      );
      // What does not look for the object has as much of it as the object has of the image.
      expect(weighted!['random']).toBeGreaterThan(0.85);
      expect(weighted!['random']).toBeLessThan(1.15);
      expect(weighted!['layercam']).toBeGreaterThan(5);
      expect(rank!['layercam']).toBeGreaterThan(0.4);
      expect(top!['layercam']).toBeGreaterThan(0.9);
      expect(pointing!['layercam']).toBe(1);
    },
  );

  it('loses a detection to an attack, also as it is saved, and keeps answers or not when its patches are shuffled', async () => {
    const attack = [
      'attack',
      'pgd:steps=20',
      'orchard.png',
      '--model',
      'orchard-detector',
      '--target=-box:pineapple',
      '--quiet',
    ];
    expect((await workspace.cli([...attack, '--out', 'vanish', '--json'])).code).toBe(0);
    const saved = (await readdir(join(workspace.folder, 'vanish/adversarial/orchard')))[0]!;
    const seen = `vanish/adversarial/orchard/${saved}`;
    const after = await workspace.cli([
      'explain',
      seen,
      '--model',
      'orchard-detector',
      '--explainer',
      'centre',
      '--json',
      '--out',
      'seen',
    ]);
    const labels = JSON.parse(after.stdout).images[0].answer.options.map(({ label }: { label: string }) => label);
    expect(labels).toEqual(expect.arrayContaining(['apple', 'strawberry', 'lemon']));
    expect(labels).not.toContain('pineapple');

    const probe = [
      'probe',
      'shuffle',
      'orchard.png',
      '--model',
      'orchard-detector',
      '--grid',
      '4',
      '--permutations',
      '2',
    ];
    const { code, stdout } = await workspace.cli([...probe, '--quiet', '--out', 'shuffle']);
    expect(code).toBe(0);
    expect(stdout).toContain('this one image keeps its answer 0 of 2 times');
    expect(stdout).toContain('keeps its answer');
    expect(stdout).not.toMatch(/class|top-1|of the logit/);
  });
});

describe('a network in half precision', () => {
  it('is fed half precision, explained and found to be explainable', async () => {
    const nodes = [
      Node.of('Relu', ['x'], ['maps'], {}, 'body/Relu'),
      Node.of('GlobalAveragePool', ['maps'], ['pooled'], {}, 'pool/GlobalAveragePool'),
      Node.of('Flatten', ['pooled'], ['y'], {}, 'head/Flatten'),
    ];
    await workspace.write('half.onnx', onnxModel({ input: ['N', 3, 8, 8], output: ['N', 3], nodes, type: 'float16' }));
    const { code, stdout } = await workspace.cli([
      ...['explain', chelsea, '--model', 'half.onnx', '--target', '0'],
      ...['--mean', '0,0,0', '--std', '1,1,1', '--npy', '--json', '--quiet'],
    ]);
    expect(code).toBe(0);
    const [{ maps }] = JSON.parse(stdout).images;
    // Each logit is the mean of a channel, so Grad-CAM shows that channel, over the number of its places.
    const map = await readNpy(join(workspace.folder, maps[0].files.map));
    expect(map.reduce((sum, value) => sum + value, 0)).toBeCloseTo(maps[0].class.logit, 3);

    const inspected = await workspace.cli(['inspect', 'half.onnx', '--json']);
    const { classifier } = JSON.parse(inspected.stdout);
    expect(classifier.explainers).toContainEqual(
      expect.objectContaining({ id: 'gradcam', applies: true, layer: 'maps' }),
    );
  });

  it('is measured by metrics that feed it half precision, as the same network in single precision is', async () => {
    const nodes = [
      Node.of('Relu', ['x'], ['maps'], {}, 'body/Relu'),
      Node.of('GlobalAveragePool', ['maps'], ['pooled'], {}, 'pool/GlobalAveragePool'),
      Node.of('Flatten', ['pooled'], ['y'], {}, 'head/Flatten'),
    ];
    await workspace.write('data/red/red.png', await quarter([255, 0, 0]));
    await workspace.write('labels.txt', 'red\ngreen\nblue\n');
    const means = [];
    for (const type of ['float16', 'float32'] as const) {
      await workspace.write(`${type}.onnx`, onnxModel({ input: ['N', 3, 8, 8], output: ['N', 3], nodes, type }));
      const { code, stdout } = await workspace.cli([
        ...['evaluate', 'folder:data', '--model', `${type}.onnx`, '--labels', 'labels.txt', '--out', type, '--json'],
        ...['--explainer', 'gradcam,saliency,occlusion,sobel', '--target', '0', '--mean', '0,0,0', '--std', '1,1,1'],
        // Pixels of 0 and 1 are the same in both precisions, and so is the noise that they seed.
        ...['--resize', 'none', '--crop', 'none'],
        ...[
          '--metric',
          'deletion:perturbation=constant,insertion,road,average-drop,increase-in-confidence,max-sensitivity:radius=0.5',
        ],
      ]);
      expect(code).toBe(0);
      const { metrics } = JSON.parse(stdout).summary as {
        metrics: { metric: string; explainers: { explainer: string; mean: number }[] }[];
      };
      means.push(
        metrics.flatMap(({ metric, explainers }) =>
          explainers.map((each) => ({ of: `${metric} ${each.explainer}`, mean: each.mean })),
        ),
      );
    }
    const [half, single] = means;
    expect(half).toHaveLength(24);
    // Halves have eleven bits.
    for (const [at, { of, mean }] of half!.entries())
      expect(single![at]).toEqual({ of, mean: expect.closeTo(mean, 2) });
  });
});
