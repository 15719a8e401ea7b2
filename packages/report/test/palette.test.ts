import { describe, expect, it } from '@jest/globals';
import { cssVariables, Palette } from '../src/figures/palette.ts';

const names = (count: number) => Array.from({ length: count }, (_, place) => `series ${place}`);

/** Relative luminance and contrast as WCAG 2.2 defines them. */
function luminance(colour: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
}

function contrast(one: string, other: string): number {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light! + 0.05) / (dark! + 0.05);
}

describe('Palette', () => {
  it('gives eight series colours of their own, and many more a line of their own', () => {
    const palette = new Palette(names(40));
    const colours = names(8).map((name) => palette.colour(name));
    expect(new Set(colours).size).toBe(8);
    const lines = names(40).map((name) => `${palette.colour(name)} ${palette.dash(name)}`);
    expect(new Set(lines).size).toBe(40);
  });

  it('keeps grey for baselines, which take no place among the others', () => {
    const palette = new Palette(['cam', 'random', 'gradcam', 'random-order']);
    expect([palette.colour('random'), palette.colour('random-order')]).toEqual(Array(2).fill('var(--series-baseline)'));
    expect([palette.colour('cam'), palette.colour('gradcam')]).toEqual(['var(--series-0)', 'var(--series-1)']);
    expect(palette.dash('random')).not.toBe(palette.dash('gradcam'));
  });

  it.each(['light', 'dark'] as const)('has a contrast of at least 4.5 to 1 on %s ground', (ground) => {
    const variables = cssVariables(ground);
    const series = Object.entries(variables).filter(([name]) => name.startsWith('--series-'));
    expect(series).toHaveLength(9);
    for (const [name, colour] of series) {
      expect([name, contrast(colour, variables['--ground']!) >= 4.5]).toEqual([name, true]);
    }
  });
});
