import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Node } from '@understory/onnx-autodiff';
import { decodeNpy, encodeNpy } from '@understory/imaging';
import sharp from 'sharp';
import { onnxModel } from './support/onnx-model.ts';
import { emptyWorkspace, type Workspace } from './support/workspace.ts';

/** The samples of every pixel. */
const pixel = [51, 102, 204, 153];

let workspace: Workspace;
beforeAll(async () => {
  workspace = await emptyWorkspace();
  const data = Uint8Array.from({ length: 4 * 64 }, (_, at) => pixel[at % 4]!);
  const picture = sharp(data, { raw: { width: 8, height: 8, channels: 4 } });
  await workspace.write('veiled.png', await picture.png().toBuffer());
  await workspace.write('five.npy', arrayOf([51, 102, 204, 153, 255]));
  await workspace.write(
    'array/4/five.npy',
    arrayOf([51, 102, 204, 153, 255], (pixel) => (32 + pixel) / 96),
  );
  for (const channels of [2, 3, 4, 5]) {
    const nodes = [
      Node.of('Relu', ['x'], ['a']),
      Node.of('GlobalAveragePool', ['a'], ['p']),
      Node.of('Flatten', ['p'], ['y']),
    ];
    const model = onnxModel({ input: ['N', channels, 8, 8], output: ['N', channels], nodes });
    await workspace.write(`${channels}.onnx`, model);
  }
});
afterAll(() => workspace.remove());

/** A NumPy file [8, 8, C], float32, every pixel with its share of the levels. */
function arrayOf(levels: readonly number[], shareOf = (_pixel: number) => 1): Uint8Array {
  const count = levels.length;
  const data = Float32Array.from({ length: 64 * count }, (_, at) => {
    return (shareOf(Math.trunc(at / count)) * levels[at % count]!) / 255;
  });
  return encodeNpy(data, [8, 8, count]);
}

/** The mean of each channel that the network is fed, up to one constant for all: the logarithms of what it says. */
async function fedTo(channels: number, ...options: readonly string[]): Promise<readonly number[]> {
  const picture = channels > 4 ? 'five.npy' : 'veiled.png';
  const argv = ['explain', picture, '--model', `${channels}.onnx`, '--explainer', 'gradcam', '--no-overlay'];
  // Four numbers could be a box.
  argv.push('--task', 'image-classification');
  const { stdout } = await workspace.cli([
    ...argv,
    '--target',
    Array.from({ length: channels }, (_, at) => at).join(','),
    '--json',
    ...options,
  ]);
  const [image] = JSON.parse(stdout).images;
  const byClass = new Map(
    image.maps.map(({ class: { index, probability } }: Explained) => [index, Math.log(probability)]),
  );
  return Array.from({ length: channels }, (_, at) => Number(byClass.get(at)) - Number(byClass.get(0)));
}

interface Explained {
  readonly class: { readonly index: number; readonly probability: number };
}

const differences = (values: readonly number[]) => values.map((value) => expect.closeTo(value - values[0]!, 5));

describe('what a network is fed', () => {
  it('is colour and alpha, where it takes four channels', async () => {
    expect(await fedTo(4)).toEqual(differences([0.2, 0.4, 0.8, 0.6]));
    expect(await fedTo(4, '--mean', '0,0,0,0.5', '--std', '1,1,1,0.5')).toEqual(differences([0.2, 0.4, 0.8, 0.2]));
  });

  it('is grey and alpha, where it takes two', async () => {
    // ITU-R 601 luma of the pixel is 98.
    expect(await fedTo(2)).toEqual(differences([98 / 255, 0.6]));
  });

  it('is every channel of an array, where it takes five', async () => {
    expect(await fedTo(5)).toEqual(differences([0.2, 0.4, 0.8, 0.6, 1]));
    const scaled = await fedTo(5, '--mean', '0,0,0,0.5,0.5', '--std', '1,1,1,0.5,1');
    expect(scaled).toEqual(differences([0.2, 0.4, 0.8, 0.2, 0.5]));
  });

  it('is refused with a code where five channels are asked for and a photograph is given', async () => {
    const { code, stderr } = await workspace.cli([
      ...['explain', 'veiled.png', '--model', '5.onnx', '--task', 'image-classification'],
      ...['--explainer', 'gradcam'],
    ]);
    expect(code).toBe(2);
    expect(stderr).toContain('IMAGE_CHANNELS_INVALID');
    expect(stderr).toContain('a NumPy file [H, W, 5] or [5, H, W]');
  });

  it('is attacked, evaluated and probed with five channels, and the adversarial image is kept with all of them', async () => {
    const common = ['--model', '5.onnx', '--task', 'image-classification', '--json', '--quiet'];
    const attack = [
      'attack',
      'pgd:steps=3,stop=never',
      'five.npy',
      ...common,
      '--target-class',
      '3',
      '--mask',
      'all',
      '--out',
      'attacked',
    ];
    const attacked = await workspace.cli(attack);
    expect(attacked.stderr).toBe('');
    expect(attacked.code).toBe(0);
    const { dims, data } = decodeNpy(await readFile(join(workspace.folder, 'attacked/adversarial/five/all.npy')));
    expect(dims).toEqual([5, 8, 8]);
    // The fourth channel rises by all of epsilon, 12 levels, and the others fall.
    const meanOf = (channel: number) =>
      data.slice(64 * channel, 64 * (channel + 1)).reduce((sum, each) => sum + each, 0) / 64;
    expect(255 * meanOf(3)).toBeGreaterThan(153 + 4);
    expect(255 * meanOf(4)).toBeLessThan(255 - 4);
    const evaluated = await workspace.cli([
      'evaluate',
      'array',
      ...common,
      '--metric',
      'average-drop',
      '--explainer',
      'gradcam',
      '--out',
      'evaluated',
    ]);
    expect(evaluated.stderr).toBe('');
    expect(evaluated.code).toBe(0);
    const probed = await workspace.cli([
      'probe',
      'shuffle',
      'five.npy',
      ...common,
      '--grid',
      '2',
      '--permutations',
      '1',
      '--out',
      'probed',
    ]);
    expect(probed.code).toBe(0);
    expect(JSON.parse(probed.stdout).summary.verdict.statement).toContain('keeps its predicted class 1 of 1 times');
  });

  it('stands in the order of the network when the mean is taken off: blue first with BGR', async () => {
    const mean = ['--mean', '0.15,0.2,0.1', '--std', '1,1,0.5'];
    expect(await fedTo(3, ...mean)).toEqual(differences([0.2 - 0.15, 0.4 - 0.2, (0.8 - 0.1) / 0.5]));
    const swapped = await fedTo(3, ...mean, '--channel-order', 'BGR');
    expect(swapped).toEqual(differences([0.8 - 0.15, 0.4 - 0.2, (0.2 - 0.1) / 0.5]));
  });
});
