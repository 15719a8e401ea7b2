/** Pairs of words of place, each the other's opposite. */
const opposites: readonly (readonly [string, string])[] = [
  ['left', 'right'],
  ['above', 'below'],
  ['over', 'under'],
  ['top', 'bottom'],
  ['on', 'under'],
  ['front', 'behind'],
  ['first', 'last'],
  ['up', 'down'],
];

/** A text with the first word of place made its opposite; undefined where it has none. */
export function withOpposite(text: string): string | undefined {
  for (const [one, other] of opposites) {
    for (const [from, to] of [
      [one, other],
      [other, one],
    ] as const) {
      const found = new RegExp(`\\b${from}\\b`, 'i').exec(text);
      if (found === null) continue;
      return text.slice(0, found.index) + asWritten(to, found[0]) + text.slice(found.index + from.length);
    }
  }
  return undefined;
}

/** A text with two of its words, counted from 0, in each other's place. */
export function withSwapped(text: string, one: number, other: number): string {
  const parts = text.split(/(\s+)/);
  const [first, second] = [2 * one, 2 * other];
  const moved = [...parts];
  [moved[first], moved[second]] = [parts[second]!, parts[first]!];
  return moved.join('');
}

function asWritten(word: string, like: string): string {
  return /^[A-Z]/.test(like) ? word.slice(0, 1).toUpperCase() + word.slice(1) : word;
}
