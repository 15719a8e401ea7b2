import { closest } from '@understory/core';
import { datasetErrors } from './errors.ts';
import { difficulties } from './orchard/scene.ts';
import type { SceneOptions } from './orchard/scene.ts';

/** What an orchard is grown from. */
export interface OrchardOptions extends Omit<SceneOptions, 'photographs'> {
  /** Another seed gives other scenes; `0` where absent. */
  readonly seed?: string;
  /** How many scenes there are; 400 where absent. */
  readonly count?: number;
  /** A folder of pictures to lie behind the fruit. */
  readonly photographs?: string;
}

const backgrounds = ['plain', 'gradient', 'mixed'] as const;

/** How each option is read from its text; undefined where the text is not valid. */
const options: Readonly<Record<string, { expected: string; read(text: string): Partial<OrchardOptions> | undefined }>> =
  {
    seed: { expected: 'a text or number without commas', read: (seed) => (seed === '' ? undefined : { seed }) },
    count: wholeNumber('count', 1, 1_000_000),
    size: wholeNumber('size', 16, 4096),
    clutter: wholeNumber('clutter', 0, 3),
    difficulty: oneOf('difficulty', difficulties),
    background: oneOf('background', backgrounds),
    photographs: {
      expected: 'a folder of pictures',
      read: (photographs) => (photographs === '' ? undefined : { photographs }),
    },
  };

/**
 * Reads what follows `orchard:`, such as `seed=7,size=128,clutter=2`, or a seed alone.
 * Throws DATASET_OPTION_UNKNOWN or DATASET_OPTION_INVALID.
 */
export function parseOrchardOptions(text: string): OrchardOptions {
  const parts = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  const named = parts.length === 1 && !parts[0]!.includes('=') ? [`seed=${parts[0]!}`] : parts;
  let read: OrchardOptions = {};
  for (const part of named) {
    const [name = '', ...rest] = part.split('=');
    const option = name.trim();
    const value = rest.join('=').trim();
    const known = Object.hasOwn(options, option) ? options[option] : undefined;
    if (known === undefined) {
      const names = Object.keys(options);
      throw datasetErrors.optionUnknown({ option, options: names, suggestions: closest(option, names, 1) });
    }
    const own = known.read(value);
    if (own === undefined) {
      throw datasetErrors.optionInvalid({ option, found: `"${value}"`, expected: known.expected });
    }
    read = { ...read, ...own };
  }
  return read;
}

/** The text that `parseOrchardOptions` reads as these options, in a fixed order; empty where there are none. */
export function orchardOptionsText(given: OrchardOptions): string {
  return Object.keys(options)
    .flatMap((option) => {
      const value = given[option as keyof OrchardOptions];
      return value === undefined ? [] : [`${option}=${value}`];
    })
    .join(',');
}

function wholeNumber(option: 'count' | 'size' | 'clutter', least: number, most: number) {
  return {
    expected: `a whole number from ${least} to ${most}`,
    read: (text: string) => {
      const value = /^\d{1,7}$/.test(text) ? Number(text) : NaN;
      return value >= least && value <= most ? { [option]: value } : undefined;
    },
  };
}

function oneOf(option: 'difficulty' | 'background', values: readonly string[]) {
  return {
    expected: values.join(', '),
    read: (text: string) => (values.includes(text) ? { [option]: text } : undefined),
  };
}
