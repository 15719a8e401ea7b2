import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { colourMap, overlay, paperOverlay, rgbImage } from '../src/index.ts';
import { picture } from './arbitraries.ts';

const map = (...values: number[]) => ({ height: 1, width: values.length, data: Float32Array.from(values) });

describe('overlay', () => {
  it('shows the picture alone at opacity 0', () => {
    fc.assert(
      fc.property(picture, (image) => {
        const data = new Float32Array(image.width * image.height).fill(0.7);
        expect(overlay(image, { ...image, data }, { opacity: 0 })).toEqual(image);
      }),
      { seed: 1, numRuns: 30 },
    );
  });

  it('shows the colours alone at opacity 1, values clipped to 0..1', () => {
    const black = rgbImage(new Uint8Array(12), 4, 1);
    const colours = colourMap('magma');
    const { data } = overlay(black, map(-2, 0.4, 1, 9), { opacity: 1, colourMap: 'magma' });
    expect([...data]).toEqual([0, 102, 255, 255].flatMap((level) => [...colours.subarray(3 * level, 3 * level + 3)]));
  });

  it('adds three tenths of JET to half the picture as the paper does', () => {
    const grey = rgbImage(new Uint8Array(6).fill(200), 2, 1);
    const { data } = overlay(grey, map(0, 1), paperOverlay);
    expect([...data]).toEqual([100, 100, 138, 138, 100, 100]);
  });

  it('does not wrap around above white', () => {
    const white = rgbImage(new Uint8Array(3).fill(255), 1, 1);
    const { data } = overlay(white, map(1), { colourMap: 'inferno', opacity: { picture: 1, colour: 1 } });
    expect([...data]).toEqual([255, 255, 255]);
  });

  it('refuses a map of another size and an opacity out of range', () => {
    const image = rgbImage(new Uint8Array(6), 2, 1);
    expect(() => overlay(image, map(0, 0, 0))).toThrow('3 x 1');
    expect(() => overlay(image, map(0, 0), { opacity: 1.2 })).toThrow(RangeError);
  });
});
