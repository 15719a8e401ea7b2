import { describe, expect, it } from '@jest/globals';
import { colourMap, colourMapNames, isDiverging, type ColourMapName } from '../src/index.ts';

const at = (name: ColourMapName, level: number) => [...colourMap(name).subarray(3 * level, 3 * level + 3)];

describe('colourMap', () => {
  it.each<[name: ColourMapName, low: number[], high: number[]]>([
    ['viridis', [68, 1, 84], [253, 231, 37]],
    ['inferno', [0, 0, 4], [252, 255, 164]],
    ['magma', [0, 0, 4], [252, 253, 191]],
    ['plasma', [13, 8, 135], [240, 249, 33]],
    ['turbo', [35, 23, 27], [144, 12, 0]],
  ])('%s runs between its known ends', (name, low, high) => {
    expect(at(name, 0)).toEqual(low);
    expect(at(name, 255)).toEqual(high);
  });

  it('jet is what OpenCV draws, to one level', () => {
    // Levels of COLORMAP_JET in OpenCV 5.0, as RGB.
    const expected: readonly [number, number[]][] = [
      [0, [0, 0, 128]],
      [4, [0, 0, 144]],
      [31, [0, 0, 252]],
      [33, [0, 4, 255]],
      [93, [0, 244, 255]],
      [97, [6, 255, 250]],
      [158, [250, 255, 6]],
      [160, [255, 252, 0]],
      [252, [140, 0, 0]],
      [255, [128, 0, 0]],
    ];
    for (const [level, colour] of expected) {
      at('jet', level).forEach((found, channel) => expect(Math.abs(found - colour[channel]!)).toBeLessThanOrEqual(1));
    }
  });

  it.each(['viridis', 'inferno', 'magma', 'plasma', 'cividis'] as const)('%s only ever gets lighter', (name) => {
    const lightness = Array.from({ length: 256 }, (_, level) => luminance(at(name, level)));
    const falls = lightness.filter((value, level) => level > 0 && value < lightness[level - 1]! - 0.006);
    expect(falls).toEqual([]);
  });

  it('rdbu runs from blue through white to red, and is the only diverging one', () => {
    expect(at('rdbu', 0)).toEqual([5, 48, 97]);
    expect(at('rdbu', 255)).toEqual([103, 0, 31]);
    for (const level of [127, 128]) expect(Math.min(...at('rdbu', level))).toBeGreaterThan(235);
    expect(colourMapNames.filter(isDiverging)).toEqual(['rdbu']);
  });

  it('has 256 colours of three levels under every name', () => {
    for (const name of colourMapNames) expect([name, colourMap(name).length]).toEqual([name, 768]);
  });
});

/** Relative luminance of sRGB (IEC 61966-2-1). */
function luminance(colour: readonly number[]): number {
  const [red, green, blue] = colour.map((level) => {
    const value = level / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
}
