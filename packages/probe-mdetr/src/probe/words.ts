const sides = /(?<![\p{L}\d])(left|right)(?=(?:most|wards?|handed|hand)?(?![\p{L}\d]))/giu;

const places =
  /(?<![\p{L}\d])(?:left|right|leftmost|rightmost|top|bottom|upper|lower|above|below|under|underneath|beneath|over|behind|in front|beside|besides|next to|near|nearest|close to|closest|far from|farthest|furthest|between|inside|outside|middle|center|centre|corner|side)(?![\p{L}\d])/iu;

/** The text with left and right exchanged; undefined where it has neither. */
export function reflected(text: string): string | undefined {
  const other = text.replace(sides, (word) => inCaseOf(word, word.toLowerCase() === 'left' ? 'right' : 'left'));
  return other === text ? undefined : other;
}

/** Whether a text has a word of place. */
export function hasPlace(text: string): boolean {
  return places.test(text);
}

/** Words as they are compared: letter case and space around them do not count. */
export function plain(words: string): string {
  return words.trim().toLowerCase();
}

function inCaseOf(word: string, other: string): string {
  if (word === word.toUpperCase()) return other.toUpperCase();
  return word.startsWith(word[0]!.toLowerCase()) ? other : `${other[0]!.toUpperCase()}${other.slice(1)}`;
}
