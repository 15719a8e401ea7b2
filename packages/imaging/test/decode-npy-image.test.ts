import { describe, expect, it } from '@jest/globals';
import {
  decodeNpyImage,
  encodeNpy,
  filterNames,
  fromUnitPixels,
  prepare,
  preprocessingFromConfig,
  rgbImage,
  toUnitPixels,
  type Preprocessing,
} from '../src/index.ts';

const plain = (channels: number): Preprocessing => ({
  ...{ rescale: 1, mean: Array(channels).fill(0), std: Array(channels).fill(1) },
  ...{ channels, order: 'RGB', layout: 'NCHW' },
});

/** A NumPy file of another type: its header is as long as that of float32. */
function fileOf(type: '|u1' | '<u2' | '<f8', dims: readonly number[], bytes: Uint8Array): Uint8Array {
  const head = encodeNpy(new Float32Array(dims.reduce((product, dim) => product * dim, 1)), dims);
  const text = new TextDecoder('latin1').decode(head).replace('<f4', type);
  const start = text.indexOf('\n') + 1;
  return Uint8Array.from([...[...text.slice(0, start)].map((each) => each.charCodeAt(0)), ...bytes]);
}

const count = 2 * 3 * 5;
const levels = Uint8Array.from({ length: count }, (_, at) => (37 * at) % 256);

describe('decodeNpyImage', () => {
  it('reads uint8, uint16 and float32 alike, and channels at either end', () => {
    const words = new Uint8Array(2 * count);
    levels.forEach((level, at) => words.fill(level, 2 * at, 2 * at + 2));
    const planes = Float32Array.from({ length: count }, (_, at) => levels[(at % 6) * 5 + Math.trunc(at / 6)]! / 255);
    const files = [
      fileOf('|u1', [2, 3, 5], levels),
      fileOf('<u2', [2, 3, 5], words),
      encodeNpy(
        Float32Array.from(levels, (level) => level / 255),
        [2, 3, 5],
      ),
      encodeNpy(planes, [5, 2, 3]),
    ];
    for (const file of files) {
      const { tensor, picture } = prepare(decodeNpyImage(file, 'array'), plain(5));
      expect(tensor.dims).toEqual([1, 5, 2, 3]);
      tensor.data.forEach((value, at) => expect(value).toBeCloseTo(levels[(at % 6) * 5 + Math.trunc(at / 6)]!, 3));
      // The first three channels, pixel by pixel.
      expect([...picture.data.subarray(0, 6)]).toEqual([0, 37, 74, 185, 222, 3]);
    }
  });

  it('normalises by channel, and turns the colours of a network that takes blue first', () => {
    const image = decodeNpyImage(fileOf('|u1', [2, 3, 5], levels), 'array');
    const asked = { ...plain(5), mean: [1, 2, 3, 4, 5], std: [1, 2, 1, 2, 1], layout: 'NHWC' as const };
    expect([...prepare(image, asked).tensor.data.subarray(0, 5)]).toEqual([-1, 17.5, 71, 53.5, 143]);
    const swapped = prepare(image, { ...asked, order: 'BGR' }).tensor;
    expect([...swapped.data.subarray(0, 5)]).toEqual([73, 17.5, -3, 53.5, 143]);
  });

  it('is placed as the photograph of the same levels is, within the rounding of that', () => {
    const [height, width] = [23, 31];
    const photograph = rgbImage(
      Uint8Array.from({ length: 3 * height * width }, (_, at) => 127 + 120 * Math.sin(0.05 * at + (at % 3))),
      width,
      height,
    );
    const array = decodeNpyImage(fileOf('|u1', [height, width, 3], photograph.data), 'array');
    for (const filter of filterNames) {
      const ways: readonly Partial<Preprocessing>[] = [
        { resize: { kind: 'exact', width: 12, height: 40, filter } },
        { resize: { kind: 'shorterSide', length: 16, filter }, crop: { width: 12, height: 10 } },
        { crop: { width: 40, height: 16 } },
        {
          resize: { kind: 'fit', width: 24, height: 24, rounding: 'halfEven', filter },
          pad: { to: { width: 24, height: 24 }, position: 'center', fill: { level: 114 } },
        },
        { pad: { to: { multipleOf: 32 }, position: 'topLeft', fill: { value: 0 } }, mean: [9, 8, 7] },
      ];
      for (const way of ways) {
        const asked = { ...plain(3), ...way };
        const [one, other] = [prepare(photograph, asked), prepare(array, asked)];
        expect(other.tensor.dims).toEqual(one.tensor.dims);
        expect(other.pixelMask).toEqual(one.pixelMask);
        other.tensor.data.forEach((value, at) => expect(Math.abs(value - one.tensor.data[at]!)).toBeLessThan(1.6));
      }
    }
  });

  it('keeps its samples as shares of full light, and gets them back in 8 bits', () => {
    const { picture } = prepare(decodeNpyImage(fileOf('|u1', [2, 3, 5], levels), 'array'), plain(5));
    const pixels = toUnitPixels(picture, 5);
    expect(pixels[6]).toBeCloseTo(37 / 255, 6);
    expect(toUnitPixels(fromUnitPixels(pixels, picture), 5)).toEqual(pixels);
  });

  it.each<[what: string, file: Uint8Array, channels: number, code: string, found: string]>([
    [
      'a file that ends early',
      fileOf('|u1', [2, 3, 5], levels.subarray(0, 9)),
      5,
      'IMAGE_ARRAY_INVALID',
      'asks for 30 bytes, and 9',
    ],
    ['another type', fileOf('<f8', [1, 1, 5], new Uint8Array(40)), 5, 'IMAGE_ARRAY_INVALID', '<f8'],
    ['values beyond 1', encodeNpy(Float32Array.of(0, 1, 2), [1, 3]), 1, 'IMAGE_ARRAY_INVALID', 'a value of 2'],
    ['values that are no numbers', encodeNpy(Float32Array.of(Number.NaN), [1, 1]), 1, 'IMAGE_ARRAY_INVALID', 'NaN'],
    ['four axes', encodeNpy(new Float32Array(5), [1, 1, 1, 5]), 5, 'IMAGE_ARRAY_INVALID', '4 axes'],
    ['no pixels', encodeNpy(new Float32Array(0), [0, 4, 5]), 5, 'IMAGE_ARRAY_INVALID', 'no samples'],
    ['other channels', encodeNpy(new Float32Array(24), [2, 3, 4]), 5, 'IMAGE_CHANNELS_INVALID', '[2, 3, 4]'],
    ['channels at both ends', encodeNpy(new Float32Array(75), [5, 3, 5]), 5, 'IMAGE_CHANNELS_INVALID', 'either end'],
  ])('refuses %s', (_, file, channels, code, found) => {
    expect(() => prepare(decodeNpyImage(file, 'array'), plain(channels))).toThrow(
      expect.objectContaining({ code, found: expect.stringContaining(found) }),
    );
  });

  it('is told apart from photographs, which have no fifth channel', () => {
    expect(() => prepare(rgbImage(new Uint8Array(3), 1, 1), plain(5))).toThrow(
      expect.objectContaining({ code: 'IMAGE_CHANNELS_INVALID' }),
    );
  });

  it('takes means of a folder for each of its channels', () => {
    const config = { image_mean: [1, 2, 3, 4, 5, 6].map((each) => each / 10), image_std: Array(6).fill(0.5), size: 4 };
    expect(preprocessingFromConfig(config)).toMatchObject({
      channels: 6,
      mean: config.image_mean,
      std: config.image_std,
    });
  });
});
