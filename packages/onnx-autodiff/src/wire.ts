import { errors } from './errors.ts';

/** The part of a protobuf message that the writer needs: fields as they lie in the file, found without decoding them. */
export interface Field {
  readonly number: number;
  readonly wireType: number;
  /** Tag, length and payload, as they stand in the file. */
  readonly whole: Uint8Array;
  readonly payload: Uint8Array;
}

/** The top-level fields of a message; throws where the bytes end early or are no protobuf. */
export function fieldsOf(bytes: Uint8Array): Field[] {
  const fields: Field[] = [];
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      if (at >= bytes.length) throw errors.truncated(`${bytes.length} bytes that stop inside a field`);
      const byte = bytes[at++]!;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw errors.notOnnx('bytes that are not a protobuf message');
  };
  while (at < bytes.length) {
    const start = at;
    const tag = varint();
    const wireType = tag % 8;
    let from = at;
    if (wireType === 0) varint();
    else if (wireType === 1) at += 8;
    else if (wireType === 5) at += 4;
    else if (wireType === 2) {
      const length = varint();
      from = at;
      at += length;
    } else throw errors.notOnnx('bytes that are not a protobuf message');
    if (at > bytes.length) {
      throw errors.truncated(`${bytes.length} bytes, of a file that announces at least ${at}`);
    }
    fields.push({
      number: Math.floor(tag / 8),
      wireType,
      whole: bytes.subarray(start, at),
      payload: bytes.subarray(from, at),
    });
  }
  return fields;
}

/** Tag and length of a length-delimited field. */
export function fieldHeader(number: number, length: number): Uint8Array {
  const header: number[] = [];
  for (let value of [number * 8 + 2, length]) {
    while (value >= 0x80) {
      header.push((value % 0x80) | 0x80);
      value = Math.floor(value / 0x80);
    }
    header.push(value);
  }
  return Uint8Array.from(header);
}

/** One array out of many, copied once. */
export function concatBytes(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((total, part) => total + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
