import { isRecord, type Json, type TokenizerDefinition } from './definition-of.ts';

const encoder = new TextEncoder();

/**
 * The text that a token stands for as UTF-8, by how the tokenizer writes it: pieces of bytes, of words, or of words behind a mark. The token for
 * unknown words has none.
 */
export function tokenBytes(definition: TokenizerDefinition): (token: string) => Uint8Array | undefined {
  const bytes = bytesOf(definition);
  const { unk_token } = definition.model;
  return (token) => (token === unk_token || token === '<unk>' ? undefined : bytes(token));
}

function bytesOf({ model, pre_tokenizer, decoder }: TokenizerDefinition): (token: string) => Uint8Array {
  const ending = model['end_of_word_suffix'];
  const continuing = model['continuing_subword_prefix'];
  const written = (token: string) => {
    const open =
      typeof ending === 'string' && token.endsWith(ending) ? token.slice(0, token.length - ending.length) : token;
    return typeof continuing === 'string' && open.startsWith(continuing) ? open.slice(continuing.length) : open;
  };
  if (uses(pre_tokenizer, 'ByteLevel') || uses(decoder, 'ByteLevel')) {
    return (token) =>
      Uint8Array.from([...written(token)].flatMap((sign) => byteOf.get(sign) ?? [...encoder.encode(sign)]));
  }
  const mark = uses(pre_tokenizer, 'Metaspace') || uses(decoder, 'Metaspace') ? '\u2581' : undefined;
  return (token) => encoder.encode(mark === undefined ? written(token) : written(token).replaceAll(mark, ' '));
}

/** Whether a part of a tokenizer is of a type, or a sequence that contains one. */
function uses(part: unknown, type: string): boolean {
  if (!isRecord(part)) return false;
  const parts: unknown = part['pretokenizers'] ?? part['decoders'];
  const listed: readonly (Json | unknown)[] = Array.isArray(parts) ? parts : [];
  return part['type'] === type || listed.some((each) => isRecord(each) && each['type'] === type);
}

/** The bytes that stand for themselves in GPT-2's vocabulary; the others follow behind U+0100. */
const visible = [range(0x21, 0x7e), range(0xa1, 0xac), range(0xae, 0xff)].flat();
const byteOf = new Map<string, number>();
for (const byte of visible) byteOf.set(String.fromCodePoint(byte), byte);
for (const [place, byte] of range(0, 0xff)
  .filter((each) => !visible.includes(each))
  .entries()) {
  byteOf.set(String.fromCodePoint(0x100 + place), byte);
}

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, at) => first + at);
}
