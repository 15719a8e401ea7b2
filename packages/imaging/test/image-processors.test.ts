import { describe, expect, it } from '@jest/globals';
import { prepare, preprocessingFromConfig, resize, rgbImage, type Preprocessing } from '../src/index.ts';
import { bytes, floats, golden, largestDifference } from './golden.ts';

interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly pixels: string;
}

interface Golden {
  readonly versions: Readonly<Record<string, string>>;
  readonly sources: Readonly<Record<string, Pixels>>;
  readonly cases: readonly {
    readonly source: string;
    readonly config: Readonly<Record<string, unknown>>;
    readonly dims: readonly number[];
    readonly values: string;
    readonly mask?: string;
  }[];
  readonly linear: readonly (Pixels & { readonly source: string })[];
  readonly letterbox: readonly (Pixels & {
    readonly source: string;
    readonly side: readonly [number, number];
    readonly stride: number | null;
  })[];
}

const { versions, sources, cases, linear, letterbox } = golden<Golden>('image-processors.json');

function picture(name: string) {
  const { width, height, pixels } = sources[name]!;
  return rgbImage(bytes(pixels), width, height);
}

describe(`preprocessingFromConfig and prepare equal transformers ${versions['transformers']}`, () => {
  it.each(cases)('for the $source picture with $config', ({ source, config, dims, values, mask }) => {
    const { tensor, pixelMask, picture: shown } = prepare(picture(source), preprocessingFromConfig(config));
    expect(tensor.dims).toEqual([1, ...dims]);
    expect([shown.height, shown.width]).toEqual(dims.slice(1));
    expect(largestDifference(tensor.data, floats(values))).toBeLessThan(2e-6);
    if (mask !== undefined) expect(pixelMask).toEqual(bytes(mask));
  });

  it('has cases with and without padding', () => {
    const padded = cases.filter(({ mask }) => mask !== undefined && bytes(mask).includes(0));
    expect(padded.map(({ config }) => config['image_processor_type'])).toEqual([
      'DetrImageProcessor',
      'DetrImageProcessor',
    ]);
    expect(new Set(cases.map(({ config }) => config['image_processor_type'])).size).toBe(14);
  });
});

/** OpenCV's last columns depend on the machine: by one level, and in few places. */
function expectNearlyEqual(found: Uint8Array, expected: Uint8Array) {
  expect(largestDifference(found, expected)).toBeLessThanOrEqual(1);
  expect(found.filter((level, at) => level !== expected[at]).length).toBeLessThan(0.1 * found.length);
}

describe(`opencvLinear equals OpenCV ${versions['opencv']} to one level`, () => {
  it.each(linear)('of the $source picture at $width x $height', ({ source, width, height, pixels }) => {
    expectNearlyEqual(resize(picture(source), { width, height }, 'opencvLinear').data, bytes(pixels));
  });
});

describe('a letterbox equals that of YOLO networks to one level', () => {
  it.each(letterbox)('of the $source picture in $side at stride $stride', ({ source, side, stride, ...expected }) => {
    const [width, height] = side;
    const preprocessing: Preprocessing = {
      resize: { kind: 'fit', width, height, rounding: 'halfEven', filter: 'opencvLinear' },
      pad: {
        to: stride === null ? { width, height } : { multipleOf: stride },
        position: 'center',
        fill: { level: 114 },
      },
      ...{ rescale: 1 / 255, mean: [0, 0, 0], std: [1, 1, 1], channels: 3, order: 'RGB', layout: 'NCHW' },
    };
    const { picture: shown, tensor, pixelMask } = prepare(picture(source), preprocessing);
    expect([shown.width, shown.height]).toEqual([expected.width, expected.height]);
    expectNearlyEqual(shown.data, bytes(expected.pixels));
    expect(tensor.data[0]).toBeCloseTo(shown.data[0]! / 255, 6);
    const isGrey = (at: number) => [0, 1, 2].every((channel) => shown.data[3 * at + channel] === 114);
    expect([...pixelMask].every((inside, at) => inside === 1 || isGrey(at))).toBe(true);
  });
});
