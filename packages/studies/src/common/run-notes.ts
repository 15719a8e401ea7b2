import { assumedNote } from '../setup/preprocessing.ts';
import type { Setup } from '../setup/setup.ts';

/** What a user should know of a run that is no error. */
export function notesOf(setup: Setup, unmapped: readonly string[]): readonly string[] {
  const { preprocessing } = setup;
  return [
    ...new Set(setup.backends().flatMap(({ remarks }) => remarks)),
    ...(preprocessing.assumed ? [assumedNote(preprocessing.preprocessing)] : []),
    ...(unmapped.length === 0
      ? []
      : [`the model has no class for ${unmapped.join(', ')}: such images count as neither correct nor incorrect`]),
  ];
}
