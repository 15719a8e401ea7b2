import type { ModelFacts } from '@understory/core';
import { folderFacts } from '../evidence/folder.ts';

/** What the classes of a reader stand for, in their order. */
export interface Marks {
  /** One a class; the blank's is empty. */
  readonly characters: readonly string[];
  /** The class that stands for no character; undefined where it is the first or the last and nothing says which. */
  readonly blank: number | undefined;
}

/** How a blank is called that is listed among the characters. */
const blanks = /^(?:[<[({]?(?:blank|blk|ctc|pad|nul|null|eps|epsilon)[>\])}]?|[-_∅⌀␀ε]|)$/i;

/** The characters that a reader knows: labels that are characters, or those that its folder lists. */
export function charactersOf({ labels, folder }: ModelFacts): readonly string[] | undefined {
  const { characters } = folderFacts(folder);
  if (labels === undefined) return characters;
  const short = labels.filter((label) => [...label].length <= 1 || blanks.test(label)).length;
  return short >= 0.8 * labels.length ? labels : characters;
}

/** The classes of a reader with so many; undefined where the characters do not fit them. */
export function marksOf(characters: readonly string[], count: number): Marks | undefined {
  switch (count - characters.length) {
    case 0: {
      const ends = [0, count - 1].filter((index) => blanks.test(characters[index]!));
      // A hyphen may be one of the characters where the other end is a blank by name.
      const named = ends.length === 1 ? ends : ends.filter((index) => characters[index]!.length !== 1);
      const blank = named[0];
      return { characters: characters.map((character, index) => (index === blank ? '' : character)), blank };
    }
    case 1:
      return { characters, blank: undefined };
    case 2:
      // As PaddleOCR adds them: the blank in front, the space behind.
      return { characters: ['', ...characters, ' '], blank: 0 };
    default:
      return undefined;
  }
}
