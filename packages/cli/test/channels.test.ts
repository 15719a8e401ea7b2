import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Node } from '@understory/onnx-autodiff';
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
  for (const channels of [2, 3, 4]) {
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

/** The mean of each channel that the network is fed, up to one constant for all: the logarithms of what it says. */
async function fedTo(channels: number, ...options: readonly string[]): Promise<readonly number[]> {
  const argv = ['explain', 'veiled.png', '--model', `${channels}.onnx`, '--explainer', 'gradcam', '--no-overlay'];
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

  it('stands in the order of the network when the mean is taken off: blue first with BGR', async () => {
    const mean = ['--mean', '0.15,0.2,0.1', '--std', '1,1,0.5'];
    expect(await fedTo(3, ...mean)).toEqual(differences([0.2 - 0.15, 0.4 - 0.2, (0.8 - 0.1) / 0.5]));
    const swapped = await fedTo(3, ...mean, '--channel-order', 'BGR');
    expect(swapped).toEqual(differences([0.8 - 0.15, 0.4 - 0.2, (0.2 - 0.1) / 0.5]));
  });
});
