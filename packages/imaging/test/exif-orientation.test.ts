import { describe, expect, it } from '@jest/globals';
import { takeWebpOrientation, turned } from '../src/exif-orientation.ts';
import { rgbImage } from '../src/index.ts';
import { fixture } from './golden.ts';

/** Two columns, three rows; the alpha of a pixel is its number. */
const numbers = [1, 2, 3, 4, 5, 6];
const image = rgbImage(Uint8Array.from(numbers.flatMap((n) => [n, 10 * n, 20 * n])), 2, 3, Uint8Array.from(numbers));

describe('turned', () => {
  it.each([
    [1, 2, [1, 2, 3, 4, 5, 6]],
    [2, 2, [2, 1, 4, 3, 6, 5]],
    [3, 2, [6, 5, 4, 3, 2, 1]],
    [4, 2, [5, 6, 3, 4, 1, 2]],
    [5, 3, [1, 3, 5, 2, 4, 6]],
    [6, 3, [5, 3, 1, 6, 4, 2]],
    [7, 3, [6, 4, 2, 5, 3, 1]],
    [8, 3, [2, 4, 6, 1, 3, 5]],
  ])('follows the orientation %d', (orientation, width, places) => {
    const { alpha, data, ...size } = turned(image, orientation);
    expect(size).toEqual({ width, height: 6 / width });
    expect([...alpha!]).toEqual(places);
    expect([...data]).toEqual(places.flatMap((n) => [n, 10 * n, 20 * n]));
  });
});

describe('takeWebpOrientation', () => {
  it('reads the orientation once, and changes no other byte', () => {
    const file = fixture('golden/imaging/decode/exif-6.webp');
    const bytes = file.slice();
    expect(takeWebpOrientation(bytes)).toBe(6);
    expect(takeWebpOrientation(bytes)).toBe(1);
    expect([...bytes].filter((byte, at) => byte !== file[at])).toEqual([1]);
  });

  it.each(['big', 'little'])('reads the order of bytes that is %s-endian', (order) => {
    expect(takeWebpOrientation(webp(tiff(order === 'little', 8)))).toBe(8);
    expect(takeWebpOrientation(webp([...text('Exif\0\0'), ...tiff(order === 'little', 3)]))).toBe(3);
  });

  it('is upright where the file says nothing, something unknown, or ends', () => {
    expect(takeWebpOrientation(fixture('golden/imaging/decode/lossy.webp'))).toBe(1);
    expect(takeWebpOrientation(webp(tiff(true, 9)))).toBe(1);
    const whole = tiff(true, 6);
    for (let length = 0; length < whole.length; length++) {
      expect(takeWebpOrientation(webp(whole.slice(0, length)))).toBe(1);
    }
  });
});

const text = (letters: string) => [...letters].map((letter) => letter.charCodeAt(0));

/** A directory of one entry: the orientation. */
function tiff(isLittle: boolean, orientation: number): number[] {
  const view = new DataView(new ArrayBuffer(8 + 2 + 12));
  text(isLittle ? 'II' : 'MM').forEach((byte, at) => view.setUint8(at, byte));
  view.setUint16(2, 42, isLittle);
  view.setUint32(4, 8, isLittle);
  view.setUint16(8, 1, isLittle);
  view.setUint16(10, 0x0112, isLittle);
  view.setUint16(12, 3, isLittle);
  view.setUint32(14, 1, isLittle);
  view.setUint16(18, orientation, isLittle);
  return [...new Uint8Array(view.buffer)];
}

/** Behind another chunk, whose odd size is filled up. */
function webp(exif: readonly number[]): Uint8Array {
  const before = [...text('ICCP'), 3, 0, 0, 0, 7, 7, 7, 0];
  return Uint8Array.from([
    ...text('RIFF'),
    0,
    0,
    0,
    0,
    ...text('WEBP'),
    ...before,
    ...text('EXIF'),
    exif.length,
    0,
    0,
    0,
    ...exif,
  ]);
}
