import type { SubjectSettings } from '@understory/core';
import { probeClipErrors } from '../errors.ts';
import type { TextTower } from './text-tower.ts';

export interface Captions {
  /** Those that were given, then those that they are contrasted with, each once. */
  readonly all: readonly string[];
  readonly contrasts: readonly { readonly of: string; readonly against: string }[];
}

/** The captions of a run, white space at their ends taken off; throws CAPTIONS_MISSING, CAPTION_EMPTY, CAPTIONS_ALIKE, AGAINST_COUNT and what encoding texts throws. */
export function captionsOf(
  { captions = [], against = [] }: Pick<SubjectSettings, 'captions' | 'against'>,
  tower: TextTower,
): Captions {
  const given = captions.map((caption) => caption.trim());
  const others = against.map((caption) => caption.trim());
  if (given.length === 0) {
    if (others.length > 0) throw probeClipErrors.captionsMissing();
    return { all: [], contrasts: [] };
  }
  const empty = [...given, ...others].findIndex((caption) => caption === '');
  if (empty >= 0) throw probeClipErrors.captionEmpty({ found: [...captions, ...against][empty]! });
  const isOfAll = others.length === 1;
  if (others.length > 1 && others.length !== given.length) {
    throw probeClipErrors.againstCount({ captions: given.length, against: others.length });
  }
  const contrasts = others.length === 0 ? [] : given.map((of, at) => ({ of, against: others[isOfAll ? 0 : at]! }));
  for (const { of, against: other } of contrasts) {
    if (tower.areAlike(of, other)) throw probeClipErrors.captionsAlike({ one: of, other });
  }
  for (const [at, one] of given.entries()) {
    const other = given.slice(0, at).find((before) => tower.areAlike(before, one));
    if (other !== undefined) throw probeClipErrors.captionsAlike({ one: other, other: one });
  }
  return { all: [...new Set([...given, ...others])], contrasts };
}
