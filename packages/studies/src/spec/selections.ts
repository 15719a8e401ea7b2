import { parseSelections, type Selection } from '@understory/core';
import { studyErrors } from '../errors.ts';
import type { SelectionSpec } from './study-spec.ts';

/** What a plugin calls the option of an id that is given without a name, such as `fraction` in `origin-top:0.1`. */
type UnnamedOption = (id: string) => string | undefined;

/** Selections with their settings apart, several where a text lists them; throws SELECTION_INVALID. */
export function selectionsOf(specs: readonly SelectionSpec[], unnamed?: UnnamedOption): readonly Selection[] {
  return specs.flatMap((spec) =>
    typeof spec === 'string' ? parseSelections(spec, unnamed) : [{ id: spec.id, options: spec.options ?? {} }],
  );
}

/** The one selection that a spec means; `what` is what errors call it. Throws SELECTION_INVALID. */
export function selectionOf(spec: SelectionSpec, what: string): Selection {
  const [selection, ...others] = selectionsOf([spec]);
  if (selection !== undefined && others.length === 0) return selection;
  throw studyErrors.selectionInvalid({ what, found: typeof spec === 'string' ? spec : spec.id });
}
