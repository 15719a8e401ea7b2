import { describe, expect, it } from '@jest/globals';
import { prepare, preprocess, preprocessingFromConfig, rgbImage, toGrey, type Preprocessing } from '../src/index.ts';
import { golden, largestDifference, photograph, sha256 } from './golden.ts';

interface Case {
  readonly source: string;
  readonly config: unknown;
  readonly sha256: string;
  readonly dims: readonly number[];
  readonly values: readonly number[];
}

const plain: Preprocessing = {
  rescale: 1,
  mean: [0, 0, 0],
  std: [1, 1, 1],
  channels: 3,
  order: 'RGB',
  layout: 'NCHW',
};
const two = rgbImage(Uint8Array.of(1, 2, 3, 4, 5, 6), 2, 1);

describe('prepare equals torchvision on Pillow', () => {
  it.each(golden<Case[]>('preprocessing.json'))('on $source with $config', async (expected) => {
    const { tensor, picture } = prepare(await photograph(expected.source), preprocessingFromConfig(expected.config));
    expect(sha256(picture.data)).toBe(expected.sha256);
    expect(tensor.dims).toEqual(expected.dims);
    expect([tensor.dims[2], tensor.dims[3]]).toEqual([picture.height, picture.width]);
    const sampled = tensor.data.filter((_, at) => at % 4999 === 0);
    expect(largestDifference(sampled, expected.values)).toBeLessThan(2e-6);
  });
});

describe('preprocess', () => {
  it('lays channels out plane by plane, or pixel by pixel', () => {
    expect(preprocess(two, plain)).toEqual({
      type: 'float32',
      dims: [1, 3, 1, 2],
      data: Float32Array.of(1, 4, 2, 5, 3, 6),
    });
    expect(preprocess(two, { ...plain, layout: 'NHWC' })).toEqual({
      type: 'float32',
      dims: [1, 1, 2, 3],
      data: Float32Array.of(1, 2, 3, 4, 5, 6),
    });
  });

  it('takes mean and deviation in the order of the tensor, BGR included', () => {
    const { data } = preprocess(two, { ...plain, order: 'BGR', mean: [1, 2, 3], std: [1, 2, 4] });
    expect([...data]).toEqual([2, 5, 0, 1.5, -0.5, 0.25]);
  });

  it('feeds one channel of grey and shows the grey picture', () => {
    const grey = { ...plain, channels: 1, mean: [0], std: [1] } as const;
    const image = rgbImage(Uint8Array.of(255, 0, 0, 0, 255, 0, 0, 0, 255), 3, 1);
    const { tensor, picture } = prepare(image, grey);
    expect(tensor.dims).toEqual([1, 1, 1, 3]);
    expect([...tensor.data]).toEqual([76, 150, 29]);
    expect([...picture.data]).toEqual([76, 76, 76, 150, 150, 150, 29, 29, 29]);
    expect(picture).toEqual(toGrey(image));
  });

  it('feeds colour and alpha to four channels, grey and alpha to two, opaque where a picture has no alpha', () => {
    const veiled = rgbImage(two.data, 2, 1, Uint8Array.of(0, 200));
    const four = { ...plain, channels: 4, mean: [0, 0, 0, 100], std: [1, 1, 1, 2] } as const;
    expect(preprocess(veiled, four)).toEqual({
      type: 'float32',
      dims: [1, 4, 1, 2],
      data: Float32Array.of(1, 4, 2, 5, 3, 6, -50, 50),
    });
    expect([...preprocess(veiled, { ...four, order: 'BGR', layout: 'NHWC' }).data]).toEqual([
      3, 2, 1, -50, 6, 5, 4, 50,
    ]);
    expect([...preprocess(two, four).data].slice(6)).toEqual([77.5, 77.5]);
    const pair = { ...plain, channels: 2, mean: [0, 0], std: [1, 1] } as const;
    expect(preprocess(veiled, pair)).toMatchObject({ dims: [1, 2, 1, 2], data: Float32Array.of(2, 5, 0, 200) });
    expect(prepare(veiled, plain).picture).toEqual(two);
  });

  it('survives being written down', () => {
    const record = preprocessingFromConfig({
      size: { shortest_edge: 4 },
      crop_size: 3,
      image_mean: 0.5,
      image_std: 0.2,
    });
    expect(JSON.parse(JSON.stringify(record))).toEqual(record);
  });

  it.each<[field: string, change: Partial<Preprocessing>]>([
    ['resize.length', { resize: { kind: 'shorterSide', length: 0, filter: 'box' } }],
    ['resize.width', { resize: { kind: 'exact', width: 1.5, height: 2, filter: 'box' } }],
    ['resize.height', { resize: { kind: 'exact', width: 1, height: -2, filter: 'box' } }],
    ['crop.width', { crop: { width: 0, height: 1 } }],
    ['crop.height', { crop: { width: 1, height: Number.NaN } }],
    ['rescale', { rescale: Number.NaN }],
    ['mean', { mean: [0, 0] }],
    ['std', { std: [1, 0, 1] }],
    ['std', { std: [1, 1] }],
  ])('names the field %s that makes no sense', (field, change) => {
    expect(() => preprocess(two, { ...plain, ...change })).toThrow(
      expect.objectContaining({ code: 'PREPROCESSING_INVALID', message: expect.stringContaining(`"${field}"`) }),
    );
  });
});
