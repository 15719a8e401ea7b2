/** A pixel of which only the column has been read. */
const beforeRow = /^\s*-?pixel:\d+$/i;

/**
 * The pieces of a comma-separated list of targets; commas within quotes, brackets and parentheses do not separate, nor does the one of
 * `pixel:120,80`.
 */
export function splitTargets(text: string): readonly string[] {
  const pieces: string[] = [];
  let [piece, depth, isQuoted] = ['', 0, false];
  for (const character of text) {
    if (character === '"') isQuoted = !isQuoted;
    else if (!isQuoted && '[('.includes(character)) depth += 1;
    else if (!isQuoted && '])'.includes(character)) depth = Math.max(0, depth - 1);
    if (character === ',' && !isQuoted && depth === 0 && !beforeRow.test(piece)) {
      pieces.push(piece);
      piece = '';
    } else piece += character;
  }
  pieces.push(piece);
  const named = pieces.map((each) => each.trim()).filter((each) => each !== '');
  return named.length === 0 ? [''] : named;
}
