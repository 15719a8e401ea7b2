import { create, toBinary } from '@bufbuild/protobuf';
import { StringStringEntryProtoSchema } from 'onnx-buf';
import { concatBytes, fieldHeader } from './wire.ts';

/** A part of a file: `length` bytes from `offset`, fewer where the file ends. */
export type ReadBytes = (offset: number, length: number) => Uint8Array;

/** Weights of fewer bytes stay inside: shape arithmetic reads them. */
const smallest = 64 * 1024;

const graphField = 7;
const initializerField = 5;
const rawDataField = 9;
const externalDataField = 13;
/** `data_location: EXTERNAL`. */
const isExternal = Uint8Array.of(14 * 8, 1);

/**
 * A model file without its large weights, which are referred to where they lie in that very file, under the name `location`. Only
 * this is read, so that a file of any size opens in little memory. Undefined where the bytes are not what a model is made of.
 */
export function skeletonOf(read: ReadBytes, size: number, location: string): Uint8Array | undefined {
  const parts: Uint8Array[] = [];
  for (const field of fields(read, 0, size)) {
    if (!field) return undefined;
    if (field.number !== graphField || field.wireType !== 2) {
      parts.push(read(field.start, field.end - field.start));
      continue;
    }
    const graph: Uint8Array[] = [];
    for (const inner of fields(read, field.payload, field.end)) {
      if (!inner) return undefined;
      const isLarge =
        inner.number === initializerField && inner.wireType === 2 && inner.end - inner.payload >= smallest;
      const tensor = isLarge ? withoutData(read, inner.payload, inner.end, location) : undefined;
      if (tensor) graph.push(fieldHeader(initializerField, tensor.length), tensor);
      else graph.push(read(inner.start, inner.end - inner.start));
    }
    const length = graph.reduce((total, part) => total + part.length, 0);
    parts.push(fieldHeader(graphField, length));
    for (const part of graph) parts.push(part);
  }
  return concatBytes(parts);
}

/** A tensor that says where its data lies; undefined where it holds none, or not in raw form. */
function withoutData(read: ReadBytes, from: number, to: number, location: string): Uint8Array | undefined {
  const parts: Uint8Array[] = [];
  let isMoved = false;
  for (const field of fields(read, from, to)) {
    if (!field) return undefined;
    if (field.number !== rawDataField || field.wireType !== 2 || field.end - field.payload < smallest) {
      parts.push(read(field.start, field.end - field.start));
      continue;
    }
    if (isMoved) return undefined;
    isMoved = true;
    const entries = { location, offset: `${field.payload}`, length: `${field.end - field.payload}` };
    for (const [key, value] of Object.entries(entries)) {
      const entry = toBinary(StringStringEntryProtoSchema, create(StringStringEntryProtoSchema, { key, value }));
      parts.push(fieldHeader(externalDataField, entry.length), entry);
    }
    parts.push(isExternal);
  }
  return isMoved ? concatBytes(parts) : undefined;
}

interface Place {
  readonly number: number;
  readonly wireType: number;
  readonly start: number;
  readonly payload: number;
  readonly end: number;
}

/** Where the fields of a message lie; undefined, once and last, where they are none. */
function* fields(read: ReadBytes, from: number, to: number): Generator<Place | undefined> {
  // A tag and a length take at most ten bytes each.
  const header = 20;
  for (let start = from; start < to;) {
    const bytes = read(start, Math.min(header, to - start));
    let at = 0;
    const varint = () => {
      let value = 0;
      for (let shift = 0; shift < 70 && at < bytes.length; shift += 7) {
        const byte = bytes[at++]!;
        value += (byte & 0x7f) * 2 ** shift;
        if (byte < 0x80) return value;
      }
      return NaN;
    };
    const tag = varint();
    const wireType = tag % 8;
    const length = wireType === 2 ? varint() : 0;
    const payload = start + at;
    const widths: Readonly<Record<number, number>> = { 1: 8, 2: length, 5: 4 };
    if (wireType === 0) varint();
    const end = wireType === 0 ? start + at : payload + (widths[wireType] ?? NaN);
    if (!(end <= to) || tag < 8) return yield undefined;
    yield { number: Math.floor(tag / 8), wireType, start, payload, end };
    start = end;
  }
}
