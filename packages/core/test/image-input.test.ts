import { describe, expect, it } from '@jest/globals';
import { float32, imageInputOf, layoutOf, tensor } from '@understory/core';
import type { TensorSpec } from '@understory/core';

const image: TensorSpec = { name: 'image', type: 'float32', dims: ['N', 'C', 'H', 'W'] };
const words: TensorSpec = { name: 'words', type: 'int64', dims: ['N', 7] };
const zeros = (...dims: readonly number[]) =>
  float32(new Float32Array(dims.reduce((left, right) => left * right, 1)), dims);
const tokens = tensor('int64', new BigInt64Array(14), [2, 7]);

describe('imageInputOf', () => {
  it('reads sizes and strides from what is fed', () => {
    expect(imageInputOf({ inputs: [words, image] }, { image: zeros(2, 3, 4, 5), words: tokens })).toEqual({
      name: 'image',
      type: 'float32',
      dims: [2, 3, 4, 5],
      layout: 'NCHW',
      channels: 3,
      height: 4,
      width: 5,
      size: 60,
      channelStride: 20,
      pixelStride: 1,
    });
  });

  it('knows channels last', () => {
    expect(imageInputOf({ inputs: [image] }, { image: zeros(1, 8, 6, 3) })).toMatchObject({
      layout: 'NHWC',
      channels: 3,
      height: 8,
      width: 6,
      channelStride: 1,
      pixelStride: 3,
    });
  });

  it('refuses none and more than one', () => {
    const second = { ...image, name: 'second' };
    expect(() => imageInputOf({ inputs: [words] }, { words: tokens })).toThrow(
      expect.objectContaining({ code: 'NO_IMAGE_INPUT', found: 'words (int64 [N, 7])' }),
    );
    expect(() =>
      imageInputOf({ inputs: [image, second] }, { image: zeros(1, 3, 4, 4), second: zeros(1, 3, 4, 4) }),
    ).toThrow(expect.objectContaining({ code: 'NO_IMAGE_INPUT' }));
  });

  it('takes the one that is named', () => {
    const second = { ...image, name: 'second' };
    const feeds = { image: zeros(1, 3, 4, 4), second: zeros(1, 1, 6, 5) };
    const found = imageInputOf({ inputs: [image, second] }, feeds, 'second');
    expect(found).toMatchObject({ name: 'second', channels: 1, height: 6, width: 5 });
    expect(() => imageInputOf({ inputs: [image, second] }, feeds, 'third')).toThrow(
      expect.objectContaining({ code: 'NO_IMAGE_INPUT' }),
    );
  });

  it('passes over masks of whether there is a pixel', () => {
    const mask: TensorSpec = { name: 'mask', type: 'bool', dims: ['N', 1, 'H', 'W'] };
    const feeds = { image: zeros(1, 3, 4, 4), mask: tensor('bool', new Uint8Array(16), [1, 1, 4, 4]) };
    expect(imageInputOf({ inputs: [mask, image] }, feeds).name).toBe('image');
  });
});

/** Networks whose image goes into a convolution as it stands, or turned from channels last. */
function withConvolution(
  dims: TensorSpec['dims'],
  isLast: boolean,
  channels: number,
): Parameters<typeof imageInputOf>[0] {
  const spec = (name: string, shape: TensorSpec['dims'], operator: string) => ({
    ...{ name, type: 'float32' as const, dims: shape, operator, modules: [] },
  });
  const turn = {
    operator: 'Transpose',
    name: 't',
    inputs: ['image'],
    outputs: ['turned'],
    attributes: { perm: [0, 3, 1, 2] },
  };
  const conv = {
    operator: 'Conv',
    name: 'c',
    inputs: [isLast ? 'turned' : 'image', 'w'],
    outputs: ['conv'],
    attributes: {},
  };
  return {
    inputs: [{ name: 'image', type: 'float32', dims }],
    layers: [
      ...(isLast ? [spec('turned', ['N', channels, 'h', 'w'], 'Transpose')] : []),
      spec('conv', ['N', 8, 'oh', 'ow'], 'Conv'),
    ],
    graph: { nodes: isLast ? [turn, conv] : [conv], constant: () => undefined },
  };
}

describe('imageInputOf, by what the graph does with the image', () => {
  it.each([1, 2, 3, 4, 5, 13])('%i channels, first and last, whatever the other sizes are', (channels) => {
    for (const [height, width] of [
      [8, 6],
      [3, 3],
      [2, 4],
      [Math.max(2, channels), Math.max(2, channels)],
    ] as const) {
      for (const isOpen of [true, false]) {
        const first = [isOpen ? 'N' : 1, channels, isOpen ? 'H' : height, isOpen ? 'W' : width];
        const last = [isOpen ? 'N' : 1, isOpen ? 'H' : height, isOpen ? 'W' : width, channels];
        expect(
          imageInputOf(withConvolution(first, false, channels), { image: zeros(1, channels, height, width) }),
        ).toMatchObject({ layout: 'NCHW', channels, height, width, channelStride: height * width, pixelStride: 1 });
        expect(
          imageInputOf(withConvolution(last, true, channels), { image: zeros(1, height, width, channels) }),
        ).toMatchObject({ layout: 'NHWC', channels, height, width, channelStride: 1, pixelStride: channels });
      }
    }
  });
});

describe('layoutOf', () => {
  it.each([
    [['N', 3, 224, 224], 'NCHW'],
    [['N', 224, 224, 3], 'NHWC'],
    [['N', 1, 28, 28], 'NCHW'],
    [['N', 3, 3, 3], 'NCHW'],
    [['N', 'C', 'H', 'W'], 'NCHW'],
    [['N', 'H', 'W', 4], 'NHWC'],
    [['N', 'H', 'W', 2], 'NHWC'],
    [['N', 2, 'H', 'W'], 'NCHW'],
    [['N', 1, 8, 9], 'NCHW'],
    [['N', 2, 8, 9], 'NCHW'],
    [['N', 3, 8, 9], 'NCHW'],
    [['N', 4, 8, 9], 'NCHW'],
    [['N', 8, 9, 1], 'NHWC'],
    [['N', 8, 9, 2], 'NHWC'],
    [['N', 8, 9, 3], 'NHWC'],
    [['N', 8, 9, 4], 'NHWC'],
    [['N', 2, 8, 3], 'NHWC'],
    [['N', 3, 8, 2], 'NCHW'],
    [['N', 2, 8, 2], 'NCHW'],
    [['N', 3, 8, 3], 'NCHW'],
    [['N', 1, 8, 4], 'NCHW'],
  ] as const)('%j is %s', (dims, layout) => {
    expect(layoutOf(dims)).toBe(layout);
  });
});
