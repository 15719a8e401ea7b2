import { stringToUint8Array, uint8ArrayToBase64 } from 'uint8array-extras';

/** How many bytes are encoded at a time, a multiple of three: each becomes an argument of a call, and a worker of a page has room for few. */
const block = 12_288;

/** Bytes, or a text as UTF-8, as part of a page. */
export function dataUri(type: string, content: Uint8Array | string): string {
  const bytes = typeof content === 'string' ? stringToUint8Array(content) : content;
  let text = '';
  for (let start = 0; start < bytes.length; start += block)
    text += uint8ArrayToBase64(bytes.subarray(start, start + block));
  return `data:${type};base64,${text}`;
}
