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

  it('pads with a level before normalisation, or with a value after it that the picture shows as near as it can', () => {
    const steps = { ...plain, mean: [100, 50, 0], std: [2, 2, 2] };
    const pad = { to: { width: 4, height: 2 }, position: 'center', fill: { level: 114 } } as const;
    const { tensor, picture, pixelMask } = prepare(two, { ...steps, pad });
    expect(tensor.dims).toEqual([1, 3, 2, 4]);
    expect([...tensor.data].slice(0, 8)).toEqual([7, -49.5, -48, 7, 7, 7, 7, 7]);
    expect([...picture.data].slice(0, 9)).toEqual([114, 114, 114, 1, 2, 3, 4, 5, 6]);
    expect([...pixelMask]).toEqual([0, 1, 1, 0, 0, 0, 0, 0]);

    const after = { ...pad, position: 'topLeft', fill: { value: 0.25 } } as const;
    const nhwc = prepare(two, { ...steps, order: 'BGR', layout: 'NHWC', pad: after });
    expect([...nhwc.tensor.data].slice(0, 9)).toEqual([-48.5, -24, 0.5, -47, -22.5, 2, 0.25, 0.25, 0.25]);
    // The tensor's first channel is blue: its mean is 100.
    expect([...nhwc.picture.data].slice(6, 9)).toEqual([1, 51, 101]);
    expect([...nhwc.pixelMask]).toEqual([1, 1, 0, 0, 0, 0, 0, 0]);
  });

  it('pads alpha with transparency', () => {
    const veiled = rgbImage(two.data, 2, 1, Uint8Array.of(9, 200));
    const four = { ...plain, channels: 4, mean: [0, 0, 0, 0], std: [1, 1, 1, 1] } as const;
    const pad = { to: { multipleOf: 3 }, position: 'topLeft', fill: { level: 7 } } as const;
    expect([...preprocess(veiled, { ...four, pad }).data].slice(27)).toEqual([9, 200, 0, 0, 0, 0, 0, 0, 0]);
  });

  it('refuses a picture that is larger than its padding, and one of which nothing is left', () => {
    const pad = { to: { width: 1, height: 1 }, position: 'center', fill: { level: 0 } } as const;
    expect(() => preprocess(two, { ...plain, pad })).toThrow(
      expect.objectContaining({ code: 'PREPROCESSING_INVALID', found: '2 x 1 pixels, to be padded to 1 x 1' }),
    );
    const resize = { kind: 'own', multiple: { of: 2, rounding: 'down' }, filter: 'bilinear' } as const;
    expect(() => preprocess(two, { ...plain, resize })).toThrow(
      expect.objectContaining({ code: 'PICTURE_TOO_NARROW', found: '2 x 1 pixels, which become 2 x 0' }),
    );
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
    ['resize.longest', { resize: { kind: 'shorterSide', length: 1, longest: 0, filter: 'box' } }],
    ['resize.kind', { resize: { kind: 'letterbox', filter: 'box' } as never }],
    ['resize.rounding', { resize: { kind: 'fit', width: 1, height: 1, rounding: 'up' as never, filter: 'box' } }],
    ['resize.multiple.of', { resize: { kind: 'own', filter: 'box', multiple: { of: 0, rounding: 'up' } } }],
    ['resize.filter', { resize: { kind: 'own', filter: 'cubic' as never } }],
    ['pad.to.multipleOf', { pad: { to: { multipleOf: 0 }, position: 'center', fill: { level: 0 } } }],
    ['pad.to.height', { pad: { to: { width: 4, height: 0 }, position: 'center', fill: { level: 0 } } }],
    ['pad.position', { pad: { to: { multipleOf: 2 }, position: 'left' as never, fill: { level: 0 } } }],
    ['pad.fill.level', { pad: { to: { multipleOf: 2 }, position: 'center', fill: { level: 256 } } }],
    ['pad.fill.value', { pad: { to: { multipleOf: 2 }, position: 'center', fill: { value: NaN } } }],
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
