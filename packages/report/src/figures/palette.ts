import { randomOrder } from '@understory/studies/results';

/** A colour on light and on dark ground, each with a contrast of at least 4.5 to 1, and a dash pattern for eyes without colour vision. */
interface Series {
  readonly light: string;
  readonly dark: string;
  readonly dash: string;
}

const series: readonly Series[] = [
  { light: '#0b5cad', dark: '#6cb4ff', dash: '' },
  { light: '#b3430a', dark: '#ff9d5c', dash: '8,3' },
  { light: '#12734a', dark: '#5fd39b', dash: '2,3' },
  { light: '#82389b', dark: '#d79bf0', dash: '10,3,2,3' },
  { light: '#a11d4c', dark: '#ff8fb0', dash: '5,2,1,2,1,2' },
  { light: '#665c00', dark: '#d6cb5a', dash: '1,2' },
  { light: '#00707a', dark: '#4fd0dc', dash: '12,3' },
  { light: '#7a4a24', dark: '#d2a679', dash: '6,2,6,5' },
];

const baseline: Series = { light: '#616161', dark: '#b0b0b0', dash: '5,4' };

/** What tells series apart. */
export type Colours = Pick<Palette, 'colour' | 'dash'>;

/** The series of each name: baselines are grey, the others go round the palette in their order, each round with dashes one further. */
export class Palette {
  readonly #names: readonly string[];
  readonly #isBaseline: (name: string) => boolean;

  constructor(names: readonly string[], baselines: (name: string) => boolean = isBaseline) {
    this.#isBaseline = baselines;
    this.#names = names.filter((name) => !baselines(name));
  }

  /** As a CSS variable, so that a page can change it with its ground. */
  colour(name: string): string {
    return `var(--series-${this.#isBaseline(name) ? 'baseline' : this.#names.indexOf(name) % series.length})`;
  }

  dash(name: string): string {
    if (this.#isBaseline(name)) return baseline.dash;
    const place = this.#names.indexOf(name);
    return series[(place + Math.floor(place / series.length)) % series.length]!.dash;
  }
}

function isBaseline(name: string): boolean {
  return name === randomOrder || name === 'random';
}

/** The values of the CSS variables on one ground. */
export function cssVariables(ground: 'light' | 'dark'): Readonly<Record<string, string>> {
  return Object.fromEntries([
    ...series.map((each, place) => [`--series-${place}`, each[ground]]),
    ['--series-baseline', baseline[ground]],
    ['--ground', ground === 'light' ? '#ffffff' : '#16181d'],
    ['--ink', ground === 'light' ? '#1c1c1c' : '#e8e8e8'],
  ]);
}
