import { describe, expect, it } from '@jest/globals';
import * as tfl from '@tensorflow/tfjs-layers';
import { TfjsBackend } from '@understory/backend-tfjs';
import { float32, toFloat32, type Tensor } from '@understory/core';
import { layersModelFile, type BytesSource } from './models.ts';

type Fields = Record<string, unknown>;
type Build = (x: tfl.SymbolicTensor, l: typeof tfl.layers) => unknown;

/** A model of one layer "own" and a convolution behind where asked for, whose file says more than TensorFlow.js writes. */
async function fileOf(shape: number[], build: Build, more: Fields, top: Fields = {}): Promise<BytesSource> {
  const file = await layersModelFile((l) => {
    const inputs = tfl.input({ shape, name: 'x' });
    return { inputs, outputs: build(inputs, l) as tfl.SymbolicTensor };
  });
  const json = JSON.parse(new TextDecoder().decode(file.bytes)) as { modelTopology: Fields };
  Object.assign(json.modelTopology, top);
  const find = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    const { config } = value as { config?: Fields };
    if (config?.['name'] === 'own' && 'class_name' in value) Object.assign(config, more);
    Object.values(value).forEach(find);
  };
  find(json.modelTopology);
  return { ...file, bytes: new TextEncoder().encode(JSON.stringify(json)) };
}

const open = (file: BytesSource) => new TfjsBackend().open(file, { devices: ['cpu'] });

async function results(file: BytesSource, x: Tensor): Promise<Tensor> {
  const model = await open(file);
  const name = model.outputs[0]!.name;
  const found = (await model.run({ x }, [name]))[name]!;
  await model.close();
  return found;
}

const relu: Build = (x, l) => l.reLU({ name: 'own' }).apply(x);
const image = float32(
  Float32Array.from({ length: 12 }, (_, at) => at),
  [1, 2, 2, 3],
);

describe('configurations that newer versions of Keras write', () => {
  it.each([
    {
      what: 'a slope of ReLU',
      build: relu,
      more: { negative_slope: 0.5, threshold: 0, max_value: null },
      y: [-1, -0.5, 0.5, 3],
    },
    { what: 'a threshold of ReLU', build: relu, more: { negative_slope: 0, threshold: 1 }, y: [0, 0, 0, 3] },
    {
      what: 'a slope and an upper bound of ReLU together',
      build: relu,
      more: { negative_slope: 0.5, max_value: 2 },
      y: [-1, -0.5, 0.5, 2],
    },
    {
      what: 'an upper bound of ReLU',
      build: relu,
      more: { negative_slope: 0, threshold: 0, max_value: 2 },
      y: [0, 0, 0.5, 2],
    },
    {
      what: 'a slope of LeakyReLU',
      build: ((x, l) => l.leakyReLU({ name: 'own' }).apply(x)) as Build,
      more: { alpha: undefined, negative_slope: 0.1 },
      y: [-0.2, -0.1, 0.5, 3],
    },
  ])('mean what they say: $what', async ({ build, more, y }) => {
    const file = await fileOf([4], build, more);
    const found = await results(file, float32(Float32Array.of(-2, -1, 0.5, 3), [1, 4]));
    toFloat32(found).forEach((value, at) => expect(value).toBeCloseTo(y[at]!, 6));
  });

  it.each([
    {
      what: 'GlobalAveragePooling2D',
      build: ((x, l) => l.globalAveragePooling2d({ name: 'own' } as never).apply(x)) as Build,
      y: [4.5, 5.5, 6.5],
    },
    {
      what: 'GlobalMaxPooling2D',
      build: ((x, l) => l.globalMaxPooling2d({ name: 'own' } as never).apply(x)) as Build,
      y: [9, 10, 11],
    },
  ])('keep the axes of $what, for what comes behind too', async ({ build, y }) => {
    const found = await results(await fileOf([2, 2, 3], build, { keepdims: true }), image);
    expect({ dims: [...found.dims], values: [...toFloat32(found)] }).toEqual({ dims: [1, 3, 1, 1], values: y });
    const ahead = await fileOf(
      [2, 2, 3],
      (x, l) =>
        l
          .conv2d({ filters: 2, kernelSize: 1 })
          .apply(l.reshape({ targetShape: [1, 1, 3] }).apply(build(x, l) as tfl.SymbolicTensor) as tfl.SymbolicTensor),
      { keepdims: true },
    );
    expect((await results(ahead, image)).dims).toEqual([1, 2, 1, 1]);
  });

  it.each([
    {
      what: 'groups of a convolution',
      shape: [4, 4, 2],
      build: ((x, l) => l.conv2d({ name: 'own', filters: 2, kernelSize: 1 }).apply(x)) as Build,
      more: { groups: 2 },
      found: 'groups',
    },
    {
      what: 'output_padding',
      shape: [4, 4, 2],
      build: ((x, l) => l.conv2dTranspose({ name: 'own', filters: 2, kernelSize: 3, strides: 2 }).apply(x)) as Build,
      more: { output_padding: [1, 1] },
      found: 'output_padding',
    },
    {
      what: 'a dilated transposed convolution',
      shape: [4, 4, 2],
      build: ((x, l) => l.conv2dTranspose({ name: 'own', filters: 2, kernelSize: 3 }).apply(x)) as Build,
      more: { dilation_rate: [2, 2] },
      found: 'dilation',
    },
  ])('are refused by name where TensorFlow.js has no words: $what', async ({ shape, build, more, found }) => {
    await expect(open(await fileOf(shape, build, more))).rejects.toMatchObject({
      code: 'OPERATOR_UNSUPPORTED',
      message: expect.stringContaining('"own"'),
      found: expect.stringContaining(found),
    });
  });
});
