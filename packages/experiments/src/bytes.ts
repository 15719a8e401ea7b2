const encoder = new TextEncoder();
// A byte order mark stays, so that nothing is written back shorter than it was.
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

export function encodeUtf8(text: string): Uint8Array {
  return encoder.encode(text);
}

export function decodeUtf8(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

/** Bytes that are the caller's alone, whatever becomes of what was given. */
export function bytesOf(contents: Uint8Array | string): Uint8Array {
  return typeof contents === 'string' ? encodeUtf8(contents) : contents.slice();
}

/** The bytes of all pieces in order; one piece is given back as it is. */
export function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const [only] = pieces;
  if (only !== undefined && pieces.length === 1) return only;
  const bytes = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let offset = 0;
  for (const piece of pieces) {
    bytes.set(piece, offset);
    offset += piece.length;
  }
  return bytes;
}
