import type { Span } from './tokenizer.ts';

/**
 * Where in a text the tokens lie whose bytes, one after the other, are the text as a tokenizer cleans it: letters may have become small and lost
 * their accents, and white space and marks may be gone. White space around a token does not belong to it. A token for an unknown word has no
 * bytes, and lies at the next word, sign or Chinese character. Undefined where the bytes are of another text.
 */
export function tokenSpans(text: string, tokens: readonly (Uint8Array | undefined)[]): readonly Span[] | undefined {
  const known = tokens.map((bytes) => bytes ?? Uint8Array.of(unknown));
  const owners = known.flatMap((bytes, token) => new Array<number>(bytes.length).fill(token));
  const stream = joined(known);
  const spans: (Span | undefined)[] = tokens.map(() => undefined);
  let at = 0;
  for (let start = 0; start < text.length;) {
    let part = String.fromCodePoint(text.codePointAt(start)!);
    const isSpace = space.test(part);
    let length = lengthAt(stream, at, part);
    // White space of the tokens' own, in front of a word.
    while (length === undefined && !isSpace && stream[at] === blank) {
      at += 1;
      length = lengthAt(stream, at, part);
    }
    if (length === undefined && !isSpace && stream[at] === unknown) {
      part = word.exec(text.slice(start))?.[0] ?? part;
      length = 1;
    }
    if (length === undefined && !lost.test(part)) return undefined;
    const end = start + part.length;
    for (const token of new Set(owners.slice(at, at + (length ?? 0)))) {
      if (!isSpace) spans[token] = { start: spans[token]?.start ?? start, end };
    }
    at += length ?? 0;
    start = end;
  }
  while (stream[at] === blank) at += 1;
  return at === stream.length ? filled(spans) : undefined;
}

const blank = 0x20;
/** A byte that no UTF-8 has. */
const unknown = 0xff;
const space = /\s/u;
/** What tokenizers may leave out of a text. */
const lost = /[\s\p{M}\p{Cc}\p{Cf}]/u;
const word = /^(?:\p{Script=Han}|(?:(?!\p{Script=Han})[\p{L}\p{M}\p{N}_])+)/u;
const encoder = new TextEncoder();

/** How many bytes at a place are the character, as it is or in a form that tokenizers give it. */
function lengthAt(stream: Uint8Array, at: number, character: string): number | undefined {
  const bare = character.normalize('NFD').replaceAll(/\p{M}/gu, '');
  const forms = [character, character.toLowerCase(), character.normalize('NFKC'), bare, bare.toLowerCase()];
  for (const form of new Set(forms)) {
    const bytes = encoder.encode(form);
    if (bytes.length > 0 && bytes.every((byte, place) => stream[at + place] === byte)) return bytes.length;
  }
  return undefined;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const result = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    result.set(part, at);
    at += part.length;
  }
  return result;
}

/** Tokens of nothing but white space are empty, where the token in front of them ends. */
function filled(spans: readonly (Span | undefined)[]): readonly Span[] {
  let end = 0;
  return spans.map((span) => {
    end = span?.end ?? end;
    return span ?? { start: end, end };
  });
}
