import type { Box, GroundedBox } from '@understory/core';

/**
 * The model's own box for the words that a question asks about: the likeliest of those whose phrases have most of these words, articles left out.
 * Where it is not known which words they are, the likeliest of those that have any phrase. Undefined where no box has any of the words.
 */
export function ownBox(boxes: readonly GroundedBox[], asked: string | undefined): Box | undefined {
  const wanted = asked === undefined ? [] : wordsOf(asked);
  const covered = ({ phrases }: GroundedBox) => {
    const own = new Set(phrases.flatMap(wordsOf));
    return asked === undefined ? Math.min(1, own.size) : wanted.filter((word) => own.has(word)).length;
  };
  const ranked = boxes
    .map((box) => ({ box, words: covered(box) }))
    .filter(({ words }) => words > 0)
    .sort((one, other) => other.words - one.words || other.box.probability - one.box.probability);
  return ranked[0]?.box.box;
}

const articles = new Set(['a', 'an', 'the']);

function wordsOf(text: string): readonly string[] {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  return words.filter((word) => !articles.has(word));
}
