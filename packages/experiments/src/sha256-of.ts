import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { encodeUtf8 } from './bytes.ts';

/** The SHA-256 of a text as UTF-8, in hexadecimal digits. */
export function sha256Of(text: string): string {
  return bytesToHex(sha256(encodeUtf8(text)));
}
