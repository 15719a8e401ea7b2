import { studioErrors } from '../errors.ts';

/** Typed arrays that a message can hold, by the name that stands for them. */
const kinds = {
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
} as const;

type Kind = keyof typeof kinds;

/** What stands for a typed array in the text of a message: its kind, where it starts and how many elements it has. */
interface Placed {
  readonly $array: readonly [kind: Kind, start: number, length: number];
}

/** Arrays of any kind start at a multiple of this. */
const alignment = 8;

/** A plain value with typed arrays in it as bytes: the length of a text, the text as JSON, then the arrays one after the other, little end first. */
export function pack(value: unknown): Uint8Array {
  const arrays: { readonly bytes: Uint8Array; readonly start: number }[] = [];
  let end = 0;
  const text = JSON.stringify(value, (_, each: unknown) => {
    const kind = kindOf(each);
    if (kind === undefined) return each;
    const array = each as Uint8Array;
    const start = roundedUp(end);
    end = start + array.byteLength;
    arrays.push({ bytes: new Uint8Array(array.buffer, array.byteOffset, array.byteLength), start });
    return { $array: [kind, start, array.length] } satisfies Placed;
  });
  const header = new TextEncoder().encode(text ?? 'null');
  const base = roundedUp(4 + header.length);
  const packed = new Uint8Array(base + end);
  new DataView(packed.buffer).setUint32(0, header.length, true);
  packed.set(header, 4);
  for (const { bytes, start } of arrays) packed.set(bytes, base + start);
  return packed;
}

/** What was packed. Throws MESSAGE_INVALID where bytes are not what `pack` makes. */
export function unpack(packed: Uint8Array): unknown {
  try {
    // Arrays need their alignment, which a part of a longer message may not have.
    const bytes = packed.byteOffset % alignment === 0 ? packed : packed.slice();
    const length = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(0, true);
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(4, 4 + length));
    const base = bytes.byteOffset + roundedUp(4 + length);
    return JSON.parse(text, (_, each: unknown) => {
      if (!isPlaced(each)) return each;
      const [kind, start, count] = each.$array;
      return new kinds[kind](bytes.buffer as ArrayBuffer, base + start, count);
    }) as unknown;
  } catch (cause) {
    throw studioErrors.messageInvalid({ length: packed.length, cause });
  }
}

function kindOf(value: unknown): Kind | undefined {
  if (!ArrayBuffer.isView(value)) return undefined;
  return (Object.keys(kinds) as Kind[]).find((kind) => value.constructor.name === kind);
}

function isPlaced(value: unknown): value is Placed {
  if (typeof value !== 'object' || value === null || !('$array' in value)) return false;
  const { $array } = value;
  return Array.isArray($array) && $array.length === 3 && Object.hasOwn(kinds, String($array[0]));
}

function roundedUp(length: number): number {
  return Math.ceil(length / alignment) * alignment;
}
