import { describe, expect, it } from '@jest/globals';
import { largestImage } from '../src/index.ts';
import { decodeImage } from '../src/node/sharp.ts';
import sharp from 'sharp';
import { bytes, fixture, golden, largestDifference, photograph, rejection } from './golden.ts';

interface Decoded {
  readonly width: number;
  readonly height: number;
  readonly pixels: string;
}

const expected = golden<Record<string, Decoded>>('decode.json');

describe('decodeImage', () => {
  it.each(Object.keys(expected))('reads %s as the reference does', async (name) => {
    const { width, height, pixels } = expected[name]!;
    const image = await decodeImage(fixture(`golden/imaging/decode/${name}`), name);
    expect([image.width, image.height]).toEqual([width, height]);
    // Lossy formats may differ by a level between builds of their decoders.
    const tolerance = name.endsWith('.png') || name.startsWith('lossless') ? 0 : 1;
    expect(largestDifference(image.data, bytes(pixels))).toBeLessThanOrEqual(tolerance);
  });

  it('reads bytes that lie inside a larger buffer', async () => {
    const file = fixture('images/chelsea.png');
    const larger = new Uint8Array(file.length + 10);
    larger.set(file, 7);
    const image = await decodeImage(larger.subarray(7, 7 + file.length));
    expect(largestDifference(image.data, (await photograph('chelsea.png')).data)).toBe(0);
  });
});

describe('decodeImage keeps alpha', () => {
  const drawn = { data: Uint8Array.of(10, 20, 30, 0, 40, 50, 60, 128), width: 2, height: 1 };
  const file = (colourspace: 'srgb' | 'b-w', palette = false) =>
    sharp(drawn.data, { raw: { width: 2, height: 1, channels: 4 } })
      .toColourspace(colourspace)
      .png({ palette })
      .toBuffer();

  it('beside the colours, of grey pictures and palettes too', async () => {
    expect(await decodeImage(await file('srgb'))).toEqual({
      ...{ width: 2, height: 1, data: Uint8Array.of(10, 20, 30, 40, 50, 60), alpha: Uint8Array.of(0, 128) },
    });
    expect((await decodeImage(await file('b-w'))).alpha).toEqual(Uint8Array.of(0, 128));
    expect((await decodeImage(await file('srgb', true))).alpha).toEqual(Uint8Array.of(0, 128));
  });

  it('only where a pixel is not opaque', async () => {
    const opaque = { data: Uint8Array.of(10, 20, 30, 255, 40, 50, 60, 255), width: 2, height: 1 };
    const file = await sharp(opaque.data, { raw: { width: 2, height: 1, channels: 4 } })
      .png()
      .toBuffer();
    expect(await decodeImage(file)).toEqual({ width: 2, height: 1, data: Uint8Array.of(10, 20, 30, 40, 50, 60) });
  });
});

describe('decodeImage and the size of pictures', () => {
  const [width, height] = [13_000, 14_000];

  it.each(['png', 'jpeg', 'webp'] as const)(
    'refuses a %s of more pixels than it decodes, naming the limit',
    async (format) => {
      const file = await sharp({ create: { width: 40, height: 50, channels: 3, background: 'red' } })
        .toFormat(format)
        .toBuffer();
      const error = await rejection(decodeImage(file, 'map.jpg', { maxPixels: 1999 }));
      expect(error).toMatchObject({
        code: 'IMAGE_TOO_LARGE',
        found: '40 x 50, 2,000 pixels',
        expected: 'at most 1,999 pixels',
        message: expect.stringContaining('map.jpg'),
      });
      expect((await decodeImage(file, 'map.jpg', { maxPixels: 2000 })).width).toBe(40);
    },
  );

  it('refuses what a header states, before the pixels are looked at', async () => {
    const stated = withUint32(withUint32(fixture('images/coffee.png'), 16, width), 20, height);
    expect(width * height).toBeGreaterThan(largestImage);
    expect(await rejection(decodeImage(stated))).toMatchObject({
      code: 'IMAGE_TOO_LARGE',
      expected: 'at most 178,956,970 pixels',
    });
  });

  it('reads a row of a million pixels, and a column', async () => {
    const row = new Uint8Array(1_000_001).fill(3).fill(9, 1_000_000);
    for (const [width, height] of [
      [row.length, 1],
      [1, row.length],
    ] as const) {
      const png = await sharp(row, { raw: { width, height, channels: 1 } })
        .png()
        .toBuffer();
      const image = await decodeImage(png);
      expect([image.width, image.height, image.data.at(-4), image.data.at(-1)]).toEqual([width, height, 3, 9]);
    }
  });
});

describe('decodeImage refuses', () => {
  const jpeg = fixture('images/rocket.jpg');
  const png = fixture('images/coffee.png');
  const webp = fixture('golden/imaging/decode/lossy.webp');
  const text = (content: string) => new TextEncoder().encode(content);

  it.each<[what: string, code: string, found: string, bytes: Uint8Array]>([
    ['an empty file', 'IMAGE_EMPTY', '0 bytes', new Uint8Array()],
    ['a text file', 'NOT_AN_IMAGE', 'text that begins with "no picture here"', text('no picture here')],
    ['unknown bytes', 'NOT_AN_IMAGE', 'bytes that begin with 08 07 06 05', Uint8Array.of(8, 7, 6, 5)],
    ['a GIF', 'IMAGE_FORMAT_UNSUPPORTED', 'GIF', text('GIF89a...')],
    ['a TIFF', 'IMAGE_FORMAT_UNSUPPORTED', 'TIFF', text('II*\0....')],
    ['a HEIC', 'IMAGE_FORMAT_UNSUPPORTED', 'HEIC', text('\0\0\0\x18ftypheic')],
    ['an SVG', 'IMAGE_FORMAT_UNSUPPORTED', 'SVG', text('<?xml version="1.0"?>\n<svg width="1">')],
    ['a PDF', 'IMAGE_FORMAT_UNSUPPORTED', 'PDF', text('%PDF-1.7')],
    ['a PNG without columns', 'IMAGE_ZERO_SIZE', '0 x 400 pixels', withUint32(png, 16, 0)],
    ['a JPEG without rows', 'IMAGE_ZERO_SIZE', '640 x 0 pixels', withoutRows(jpeg)],
    ['half a JPEG', 'IMAGE_TRUNCATED', 'bytes, which end', jpeg.subarray(0, jpeg.length / 2)],
    ['a JPEG without its last bytes', 'IMAGE_TRUNCATED', 'bytes, which end', jpeg.subarray(0, -12)],
    ['half a PNG', 'IMAGE_TRUNCATED', 'bytes, which end', png.subarray(0, png.length / 2)],
    ['a PNG without its end', 'IMAGE_TRUNCATED', 'bytes, which end', png.subarray(0, -12)],
    ['a PNG of a signature alone', 'IMAGE_TRUNCATED', '8 bytes, which end', png.subarray(0, 8)],
    ['half a WebP', 'IMAGE_TRUNCATED', 'bytes, which end', webp.subarray(0, webp.length / 2)],
    ['a damaged PNG', 'IMAGE_NOT_DECODED', 'libpng', withUint32(png, 5000, 0)],
  ])('%s', async (_, code, found, file) => {
    const error = await rejection(decodeImage(file, 'cat.jpg'));
    expect(error).toMatchObject({ name: 'UnderstoryError', code });
    expect(error).toHaveProperty('message', expect.stringContaining('cat.jpg'));
    expect(error).toHaveProperty('found', expect.stringContaining(found));
    expect(error).toHaveProperty('next', expect.stringMatching(/\.$/));
  });
});

function withUint32(file: Uint8Array, offset: number, value: number): Uint8Array {
  const copy = file.slice();
  new DataView(copy.buffer).setUint32(offset, value);
  return copy;
}

function withoutRows(file: Uint8Array): Uint8Array {
  const copy = file.slice();
  const frame = copy.findIndex((byte, at) => byte === 0xff && copy[at + 1] === 0xc0);
  copy.fill(0, frame + 5, frame + 7);
  return copy;
}
