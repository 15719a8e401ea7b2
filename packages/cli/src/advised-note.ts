import { assumedNote } from '@understory/studies/setup';

/** A note as it is printed: of a scaling of pixels that was assumed it says which flags give another one. */
export function advisedNote(note: string, preprocessing: Parameters<typeof assumedNote>[0] | undefined): string {
  const isAssumed = preprocessing !== undefined && note === assumedNote(preprocessing);
  return isAssumed ? `${note}; --mean and --std override it` : note;
}
