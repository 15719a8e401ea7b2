import { stringToUint8Array, uint8ArrayToBase64 } from 'uint8array-extras';

/** Bytes, or a text as UTF-8, as part of a page. */
export function dataUri(type: string, content: Uint8Array | string): string {
  const bytes = typeof content === 'string' ? stringToUint8Array(content) : content;
  return `data:${type};base64,${uint8ArrayToBase64(bytes)}`;
}
