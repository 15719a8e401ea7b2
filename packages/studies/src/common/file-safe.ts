/** In UTF-8; names of files may have 255, and endings and what tells files apart come behind it. */
const mostBytes = 80;

/**
 * What is readable of a text in the name of a file: letters and digits of any script, `+`, `-`, `_` and dots within; everything else
 * becomes `_`. Texts may share it; `fileName` keeps them apart.
 */
export function fileSafe(text: string): string {
  const safe = text
    .trim()
    .replaceAll(/^["']|["']$/g, '')
    .replaceAll(/[^\p{L}\p{N}+._-]+/gu, '_');
  return trimmed(cut(trimmed(safe)));
}

function trimmed(text: string): string {
  let [start, end] = [0, text.length];
  while (start < end && isEdge(text[start]!)) start += 1;
  while (end > start && isEdge(text[end - 1]!)) end -= 1;
  return text.slice(start, end);
}

function isEdge(character: string): boolean {
  return character === '.' || character === '_';
}

function cut(text: string): string {
  const encoder = new TextEncoder();
  let [length, bytes] = [0, 0];
  for (const character of text) {
    bytes += encoder.encode(character).length;
    if (bytes > mostBytes) break;
    length += character.length;
  }
  return text.slice(0, length);
}
