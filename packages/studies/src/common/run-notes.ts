import { assumedNote } from '../setup/preprocessing.ts';
import type { Setup } from '../setup/setup.ts';

/** What a user should know of how a model was opened that is no error. */
export function setupNotes({ backends, preprocessing, opened, notes }: Setup): readonly string[] {
  return [
    ...new Set(backends().flatMap(({ remarks }) => remarks)),
    ...(opened.resolved.notes ?? []),
    ...notes,
    ...(preprocessing.assumed ? [assumedNote(preprocessing.preprocessing)] : []),
  ];
}

/** The same of a run over a data set; `unmapped` are its labels that the model has no class for. */
export function runNotes(setup: Setup, unmapped: readonly string[]): readonly string[] {
  if (unmapped.length === 0) return setupNotes(setup);
  const note = `the model has no class for ${unmapped.join(', ')}: such images count as neither correct nor incorrect`;
  return [...setupNotes(setup), note];
}
