import type { Size } from './rgb-image.ts';

export type ReadableFormat = 'jpeg' | 'png' | 'webp';

export type FileKind =
  | { readonly kind: 'readable'; readonly format: ReadableFormat }
  | { readonly kind: 'unsupported'; readonly name: string }
  | { readonly kind: 'notAnImage'; readonly description: string };

const pngSignature = '\x89PNG\r\n\x1a\n';

/** What a file is by its first bytes, whatever its name says. */
export function identify(bytes: Uint8Array): FileKind {
  const head = latin1(bytes, 0, 256);
  if (head.startsWith('\xff\xd8\xff')) return { kind: 'readable', format: 'jpeg' };
  if (head.startsWith(pngSignature)) return { kind: 'readable', format: 'png' };
  if (head.startsWith('RIFF') && head.slice(8, 12) === 'WEBP') return { kind: 'readable', format: 'webp' };
  const name = unsupportedFormats.find(([pattern]) => pattern.test(head))?.[1];
  if (name !== undefined) return { kind: 'unsupported', name };
  if (/^[\t\n\r\x20-\x7e\x80-\xff]*$/.test(head)) {
    return { kind: 'notAnImage', description: `text that begins with ${JSON.stringify(head.slice(0, 24))}` };
  }
  const first = [...bytes.subarray(0, 8)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
  return { kind: 'notAnImage', description: `bytes that begin with ${first}` };
}

const unsupportedFormats: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/^GIF8[79]a/, 'GIF'],
  [/^(II\*\0|MM\0\*)/, 'TIFF'],
  [/^BM[^]{12}[\x0c\x28\x6c\x7c]\0\0\0/, 'BMP'],
  [/^[^]{4}ftyp(avif|avis)/, 'AVIF'],
  [/^[^]{4}ftyp(heic|heix|hevc|mif1|msf1)/, 'HEIC'],
  [/^(\0\0\0\x0cJXL |\xff\x0a)/, 'JPEG XL'],
  [/^(\0\0\0\x0cjP {2}|\xff\x4f\xff\x51)/, 'JPEG 2000'],
  [/^\0\0\x01\0/, 'ICO'],
  [/^8BPS/, 'Photoshop document'],
  [/^%PDF-/, 'PDF'],
  [/^P[1-7]\s/, 'Netpbm'],
  [/^\s*(<\?xml[^>]*>\s*)?(<!--[^]*?-->\s*)?(<!DOCTYPE svg[^>]*>\s*)?<svg[\s>]/, 'SVG'],
];

/** The size that the header states, or undefined where the file ends before it or carries none that is simple to read. */
export function statedSize(bytes: Uint8Array, format: ReadableFormat): Size | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (format === 'png') {
    return bytes.length >= 24 ? { width: view.getUint32(16), height: view.getUint32(20) } : undefined;
  }
  return format === 'jpeg' ? startOfFrame(view) : undefined;
}

function startOfFrame(view: DataView): Size | undefined {
  let offset = 2;
  while (offset + 9 <= view.byteLength) {
    const marker = view.getUint8(offset + 1);
    if (view.getUint8(offset) !== 0xff) return undefined;
    if (marker === 0xff) {
      offset += 1;
      continue;
    }
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) return { width: view.getUint16(offset + 7), height: view.getUint16(offset + 5) };
    offset += 2 + view.getUint16(offset + 2);
  }
  return undefined;
}

/** Whether the container says that bytes are missing; a JPEG has no lengths to tell by, its decoder does. */
export function endsEarly(bytes: Uint8Array, format: ReadableFormat): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (format === 'webp') return bytes.length < 12 || view.getUint32(4, true) + 8 > bytes.length;
  if (format === 'jpeg') return false;
  let offset = pngSignature.length;
  while (offset + 12 <= bytes.length) {
    if (latin1(bytes, offset + 4, offset + 8) === 'IEND') return false;
    offset += 12 + view.getUint32(offset);
  }
  return true;
}

/** Whether a JPEG has the marker that ends it, after what begins its picture; a preview inside its header has one too. */
export function hasEndOfImage(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = 2;
  while (offset + 4 <= bytes.length && !(bytes[offset] === 0xff && bytes[offset + 1] === 0xda)) {
    offset += bytes[offset + 1] === 0xff ? 1 : 2 + view.getUint16(offset + 2);
  }
  // In the samples the byte 255 is always followed by another.
  for (let at = offset; at + 1 < bytes.length; at++) if (bytes[at] === 0xff && bytes[at + 1] === 0xd9) return true;
  return false;
}

function latin1(bytes: Uint8Array, start: number, end: number): string {
  let text = '';
  for (const byte of bytes.subarray(start, end)) text += String.fromCharCode(byte);
  return text;
}
