import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { fileSafe } from './file-safe.ts';

/** Names of devices on Windows, which no file may have, whatever its ending. */
const reserved = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\.|$)/i;

const markLength = 12;

/** What looks as if it had a mark already. */
const marked = new RegExp(`(?:^|-)[0-9a-f]{${markLength}}$`, 'i');

/**
 * The name of a file or a folder for a text, such as the id of an image: the text itself where every file system takes it as it
 * stands and tells it from all others, upper and lower case aside; else what is readable of it and a piece of its hash.
 * No two texts share a name.
 */
export function fileName(text: string): string {
  const safe = fileSafe(text);
  if (safe === text && isUnmistakable(text)) return text;
  // As JSON, because half a surrogate pair would be hashed as any other.
  const mark = bytesToHex(sha256(utf8ToBytes(JSON.stringify(text)))).slice(0, markLength);
  if (safe === '') return mark;
  return `${reserved.test(safe) ? '_' : ''}${safe}-${mark}`;
}

/** The text itself where it may be a part of a file's name beside others of which none differs in case alone; else as `fileName`. */
export function fileNamePart(text: string): string {
  const fits = text !== '' && new TextEncoder().encode(text).length <= 120 && !/["*/:<>?\\|]|\p{Cc}|[. ]$/u.test(text);
  return fits && !reserved.test(text) && !marked.test(text) ? text : fileName(text);
}

function isUnmistakable(text: string): boolean {
  const folded = text.normalize('NFC').toUpperCase().toLowerCase();
  return text !== '' && text === folded && !marked.test(text) && !reserved.test(text);
}
