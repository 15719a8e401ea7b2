import type { Measurement } from '@understory/core';
import type { Estimate } from '@understory/statistics';
import type { Drops } from './changes.ts';

/** How well what a map gives to each change goes with what the change does to the score, by a correlation of pairs. */
export function correlated(
  { drops, notes }: Pick<Drops<number>, 'drops' | 'notes'>,
  correlation: (first: readonly number[], second: readonly number[]) => Estimate,
): Measurement {
  const { value } = correlation(notes, drops);
  if (value !== undefined) return { value };
  const isStill = drops.every((drop) => drop === drops[0]);
  return {
    value: undefined,
    reason:
      drops.length < 2
        ? 'the image has too few pixels for two changes'
        : isStill
          ? 'every change has the same effect on the score'
          : 'the heat map gives every change the same',
  };
}
