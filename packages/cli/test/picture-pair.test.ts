import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { rgbImage } from '@understory/imaging';
import { encodePng } from '@understory/imaging/sharp';
import { Node } from '@understory/onnx-autodiff';
import { onnxModel } from './support/onnx-model.ts';
import { emptyWorkspace, quarter, type Workspace } from './support/workspace.ts';

jest.setTimeout(60_000);

let workspace: Workspace;
beforeAll(async () => {
  workspace = await emptyWorkspace();
  await workspace.write('red.png', await quarter([255, 0, 0]));
  await workspace.write('set/a/red.png', await quarter([255, 0, 0]));
  const data = new Uint8Array(3 * 64);
  for (let y = 4; y < 8; y++) for (let x = 4; x < 8; x++) data.set([0, 0, 255], 3 * (8 * y + x));
  await workspace.write('blue.png', await encodePng(rgbImage(data, 8, 8)));
  const tower = (image: string, to: string) => [
    Node.of('AveragePool', [image], [`${to}-pooled`], { kernel_shape: [2, 2], strides: [2, 2] }),
    Node.of('Relu', [`${to}-pooled`], [`${to}-map`]),
    Node.of('GlobalAveragePool', [`${to}-map`], [`${to}-means`]),
    Node.of('Flatten', [`${to}-means`], [to]),
  ];
  // The square of the distance between the mean colours of two pictures.
  const pair = [
    ...[...tower('x', 'one'), ...tower('second', 'other')],
    Node.of('Sub', ['one', 'other'], ['difference']),
    Node.of('Mul', ['difference', 'difference'], ['squares']),
    Node.of('ReduceSumSquare', ['difference'], ['y'], { axes: [1], keepdims: 1 }),
  ];
  const sizes = { input: ['N', 3, 8, 8], output: ['N', 1] } as const;
  await workspace.write('pair.onnx', onnxModel({ ...sizes, nodes: pair, others: { second: ['N', 3, 8, 8] } }));
  const alone = [...tower('x', 'one'), Node.of('Identity', ['one'], ['y'])];
  await workspace.write('one.onnx', onnxModel({ ...sizes, output: ['N', 3], nodes: alone }));
});
afterAll(() => workspace.remove());

const plain = ['--mean', '0,0,0', '--std', '1,1,1'];
const pair = ['--model', 'pair.onnx', '--task', 'regression', '--json', ...plain];

async function explained(...argv: readonly string[]) {
  const { code, stdout, stderr } = await workspace.cli(['explain', 'red.png', ...pair, '--npy', ...argv]);
  expect([code, stderr]).toEqual([0, '']);
  return JSON.parse(stdout).images[0].maps as readonly {
    readonly explainer: string;
    readonly layer: string | null;
    readonly explained: { readonly value: number };
  }[];
}

async function rowIn(run: string): Promise<string> {
  const [line] = String(await readFile(join(workspace.folder, run, 'rows.jsonl'))).split('\n');
  return JSON.stringify(JSON.parse(line!).rows[0]);
}

/** The values of a map in reading order. */
async function mapIn(path: string): Promise<readonly number[]> {
  const bytes = await readFile(join(workspace.folder, path));
  const start = 10 + bytes.readUInt16LE(8);
  return Array.from({ length: (bytes.length - start) / 4 }, (_, at) => bytes.readFloatLE(start + 4 * at));
}

describe('a model of two pictures', () => {
  it.each([
    ['--to', 'blue.png'],
    ['--feed', 'second=blue.png'],
    ['--input', 'x', '--to', 'blue.png'],
  ])('is fed the second one by %s %s, and explains the first', async (...argv) => {
    const explainers = ['gradcam', 'scorecam', 'saliency', 'occlusion', 'sobel'];
    const maps = await explained(...argv, '--explainer', explainers.join(), '--out', 'o');
    expect(maps.map(({ explainer }) => explainer)).toEqual(explainers);
    // A quarter of one picture is red and a quarter of the other blue: 0.25^2 + 0.25^2.
    for (const { explained: said } of maps) expect(said.value).toBeCloseTo(0.125, 6);
    expect(maps[0]!.layer).toBe('one-map');
    expect(maps[1]!.layer).toBe('one-map');
    // Red weighs 2 * 0.25 / 16 in each of the 16 places, and is 1 in four of them.
    const hot = 0.5 / 16;
    const expected = [hot, hot, 0, 0, hot, hot, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    for (const [at, value] of (await mapIn('o/red.gradcam.top1.npy')).entries()) {
      expect(value).toBeCloseTo(expected[at]!, 6);
    }
  });

  it('explains the picture of the input that is named', async () => {
    const maps = await explained('--input', 'second', '--to', 'blue.png', '--explainer', 'gradcam', '--out', 'o');
    expect(maps[0]!.layer).toBe('other-map');
  });

  it('asks for the second picture, and says how it is given', async () => {
    const { stderr } = await workspace.cli(['explain', 'red.png', ...pair, '--input', 'x']);
    expect(JSON.parse(stderr).error).toMatchObject({
      code: 'OTHER_INPUTS',
      next: expect.stringContaining('or another image'),
      found: 'second beside "x"',
    });
  });

  it('refuses a layer that does not see the explained picture', async () => {
    const argv = ['explain', 'red.png', ...pair, '--to', 'blue.png', '--layer', 'other-map'];
    for (const explainer of ['gradcam', 'scorecam']) {
      const { code, stdout } = await workspace.cli([...argv, '--explainer', explainer]);
      expect([code, JSON.parse(stdout).failures[0].error.code]).toEqual([2, 'LAYER_WITHOUT_IMAGE']);
    }
  });

  it('is measured and attacked with the second picture as it is', async () => {
    const argv = ['--model', 'pair.onnx', '--task', 'regression', ...plain, '--to', 'blue.png', '--json'];
    const measured = await workspace.cli([
      ...['evaluate', 'set', ...argv, '--explainer', 'gradcam', '--metric', 'max-sensitivity', '--target', 'y'],
      ...['--out', 'measured'],
    ]);
    expect(measured.code).toBe(0);
    expect(JSON.parse(await rowIn('measured')).value).toBeGreaterThan(0);
    const attacked = await workspace.cli([
      ...['attack', 'pgd:epsilon=0.2', 'red.png', ...argv, '--target=-y', '--threshold', '0.11', '--no-control'],
      ...['--out', 'attacked'],
    ]);
    expect(attacked.code).toBe(0);
    const { value, success } = JSON.parse(await rowIn('attacked'));
    // Red falls by at most 0.2; where there is no blue there is no gradient either.
    expect([value.original, success]).toEqual([expect.closeTo(0.125, 6), true]);
    expect(value.saved).toBeLessThan(0.11);
    expect(value.saved).toBeGreaterThanOrEqual(0.2 ** 2 + 0.25 ** 2 - 1e-6);
  });
});

describe('--to', () => {
  it('is refused where the model compares nothing', async () => {
    const argv = ['explain', 'red.png', '--model', 'one.onnx', '--task', 'image-classification', '--to', 'blue.png'];
    const { code, stderr } = await workspace.cli([...argv, ...plain, '--json']);
    expect([code, JSON.parse(stderr).error]).toEqual([
      2,
      expect.objectContaining({ code: 'SECOND_PICTURE_UNUSED', found: '"blue.png" for the task image-classification' }),
    ]);
  });
});
