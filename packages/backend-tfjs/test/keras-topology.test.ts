import { describe, expect, it } from '@jest/globals';
import { TfjsBackend } from '@understory/backend-tfjs';
import { float32, type Tensor } from '@understory/core';
import { kerasFile, type BytesSource } from './models.ts';

const open = async (file: BytesSource) => new TfjsBackend().open(file, { devices: ['cpu'] });
const image = float32(
  Float32Array.from({ length: 48 }, (_, at) => Math.sin(at)),
  [1, 4, 4, 3],
);

async function computed(file: BytesSource, x = image): Promise<Tensor> {
  const model = await open(file);
  const [output] = model.outputs;
  const result = (await model.run({ x }, [output!.name]))[output!.name]!;
  await model.close();
  return result;
}

const row = float32(image.data as Float32Array, [1, 48]);

/** What one layer without weights makes of a row of numbers. */
async function alone(
  className: string,
  config: Readonly<Record<string, unknown>>,
  isFunction = false,
): Promise<readonly number[]> {
  const layers = [{ name: 'y', className, args: ['@x'], config, isFunction }];
  return [...((await computed(kerasFile({ input: [null, 48], layers }), row)).data as Float32Array)];
}

const each = (change: (value: number) => number) => Array.from(image.data as Float32Array, change);

function expectClose(found: readonly number[], expected: readonly number[]): void {
  expect(found).toHaveLength(expected.length);
  found.forEach((value, at) => expect(value).toBeCloseTo(expected[at]!, 4));
}

const network = (weights: Readonly<Record<string, readonly number[]>>) =>
  kerasFile({
    input: [null, 4, 4, 3],
    weights,
    layers: [
      {
        ...{ name: 'depth', className: 'DepthwiseConv2D', args: ['@x'] },
        config: { kernel_size: [3, 3], padding: 'same', use_bias: true, activation: 'hard_silu' },
      },
      { name: 'norm', className: 'BatchNormalization', args: ['@depth'], kwargs: { mask: null }, config: { axis: -1 } },
      { name: 'pool', className: 'GlobalAveragePooling2D', args: ['@norm'], config: { keepdims: true } },
      { name: 'gate', className: 'Multiply', args: [['@norm', '@pool']] },
      { name: 'mean', className: 'GlobalAveragePooling2D', args: ['@gate'], config: { keepdims: false } },
      { name: 'head', className: 'Dense', args: ['@mean'], config: { units: 2, activation: 'linear', use_bias: true } },
    ],
  });

const named = {
  'depth/kernel': [3, 3, 3, 1],
  'depth/bias': [3],
  'norm/gamma': [3],
  'norm/beta': [3],
  'norm/moving_mean': [3],
  'norm/moving_variance': [3],
  'head/kernel': [3, 2],
  'head/bias': [2],
};

const inFolders = {
  'layers/depthwise_conv2d/vars/0': [3, 3, 3, 1],
  'layers/depthwise_conv2d/vars/1': [3],
  'layers/batch_normalization/vars/0': [3],
  'layers/batch_normalization/vars/1': [3],
  'layers/batch_normalization/vars/2': [3],
  'layers/batch_normalization/vars/3': [3],
  'layers/dense/vars/0': [3, 2],
  'layers/dense/vars/1': [2],
};

describe('a layers model of Keras 3', () => {
  it('opens by the names of its weights, and by the folders of a .keras file', async () => {
    const byName = await computed(network(named));
    expect(byName.dims).toEqual([1, 2]);
    expect((await computed(network(inFolders))).data).toEqual(byName.data);
    const prefixed = Object.fromEntries(Object.entries(named).map(([name, shape]) => [`functional/${name}`, shape]));
    expect((await computed(network(prefixed))).data).toEqual(byName.data);
  });

  it('is refused where weights are missing or left over, by their names', async () => {
    const { 'head/bias': bias, ...others } = named;
    await expect(open(network(others))).rejects.toMatchObject({
      code: 'MODEL_NOT_RUNNABLE',
      found: expect.stringContaining('head/bias'),
    });
    await expect(open(network({ ...named, 'other/kernel': bias }))).rejects.toMatchObject({
      code: 'MODEL_NOT_RUNNABLE',
      found: expect.stringContaining('other/kernel'),
    });
  });

  it('redraws weights under the names that the layers have', async () => {
    const model = await open(network(inFolders));
    const fresh = await model.randomised!({ layers: ['head'], seed: 1 });
    const [before, after] = [await model.run({ x: image }, ['head']), await fresh.run({ x: image }, ['head'])];
    expect(after['head']!.data).not.toEqual(before['head']!.data);
    expect((await fresh.run({ x: image }, ['mean']))['mean']).toEqual(
      (await model.run({ x: image }, ['mean']))['mean'],
    );
    await model.close();
    await fresh.close();
  });

  it('has the activations of Keras 3', async () => {
    const gate = (x: number) => Math.min(6, Math.max(0, x + 3)) / 6;
    expectClose(await alone('Activation', { activation: 'hard_sigmoid' }), each(gate));
    expectClose(
      await alone('Activation', { activation: 'hard_silu' }),
      each((x) => x * gate(x)),
    );
    expectClose(
      await alone('Activation', { activation: 'silu' }),
      each((x) => x / (1 + Math.exp(-x))),
    );
    expectClose(
      await alone('LeakyReLU', { negative_slope: 0.25 }),
      each((x) => (x < 0 ? 0.25 * x : x)),
    );
    expectClose(
      await alone('ReLU', { negative_slope: 0.5, max_value: 0.5 }),
      each((x) => (x < 0 ? x / 2 : Math.min(x, 0.5))),
    );
    expectClose(
      await alone('RandomFlip', {}),
      each((x) => x),
    );
    expectClose(
      await alone('Gelu', { approximate: true }, true),
      each((x) => (x / 2) * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)))),
    );
  });

  it('refuses by name what cannot be computed', async () => {
    const refused = async (className: string, config: Readonly<Record<string, unknown>>, isFunction = false) => {
      const error = expect.objectContaining({ code: 'OPERATOR_UNSUPPORTED' });
      await expect(alone(className, config, isFunction)).rejects.toEqual(error);
    };
    await refused('Conv2D', { filters: 6, kernel_size: [1, 1], groups: 3 });
    await refused('Activation', { activation: 'own_function' });
    await refused('Resizing', { height: 2, width: 2, crop_to_aspect_ratio: true });
    await refused('Fft2', {}, true);
    await refused('Lambda', {});
  });
});
