/** An array of a NumPy file as numbers, row by row. */
export interface NpyArray {
  readonly dims: readonly number[];
  /** As the file has it: `|u1`, `<u2`, `<f4` ... */
  readonly type: string;
  readonly data: Float32Array;
}

const readers: Readonly<
  Record<string, { readonly bytes: number; readonly read: (view: DataView, at: number) => number }>
> = {
  '<f4': { bytes: 4, read: (view, at) => view.getFloat32(at, true) },
  '<f8': { bytes: 8, read: (view, at) => view.getFloat64(at, true) },
  '<i4': { bytes: 4, read: (view, at) => view.getInt32(at, true) },
  '<i8': { bytes: 8, read: (view, at) => Number(view.getBigInt64(at, true)) },
  '<u2': { bytes: 2, read: (view, at) => view.getUint16(at, true) },
  '<i2': { bytes: 2, read: (view, at) => view.getInt16(at, true) },
  '|i1': { bytes: 1, read: (view, at) => view.getInt8(at) },
  '|u1': { bytes: 1, read: (view, at) => view.getUint8(at) },
  '|b1': { bytes: 1, read: (view, at) => view.getUint8(at) },
};

/** Whether a file begins as those of NumPy do. */
export function isNpy(file: Uint8Array): boolean {
  return magic.every((byte, at) => file[at] === byte);
}

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

/**
 * Reads a NumPy `.npy` file of numbers in row-major order; throws a RangeError that says what stands in the way: no such file, a type
 * that is none of numbers, another order, or fewer bytes than its shape asks for.
 */
export function decodeNpy(file: Uint8Array): NpyArray {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (file.length < 12 || !isNpy(file)) throw new RangeError('it is no NumPy file');
  const isFirst = file[6] === 1;
  const start = isFirst ? 10 : 12;
  const length = isFirst ? view.getUint16(8, true) : view.getUint32(8, true);
  if (start + length > file.length) throw new RangeError('its header is cut off');
  const header = new TextDecoder('latin1').decode(file.subarray(start, start + length));
  const type = /'descr':\s*'([^']*)'/.exec(header)?.[1] ?? 'nothing that is known';
  const reader = readers[type];
  if (reader === undefined) throw new RangeError(`it holds ${type}, not numbers`);
  if (!/'fortran_order':\s*False/.test(header)) throw new RangeError('it is in column-major order');
  const shape = /'shape':\s*\(([\d\s,]*)\)/.exec(header)?.[1];
  if (shape === undefined) throw new RangeError('its header has no shape');
  const dims = shape.split(',').flatMap((part) => (part.trim() === '' ? [] : [Number(part)]));
  const count = dims.reduce((product, dim) => product * dim, 1);
  const begin = start + length;
  const bytes = file.length - begin;
  if (count * reader.bytes !== bytes) {
    throw new RangeError(
      `its shape [${dims.join(', ')}] asks for ${count * reader.bytes} bytes, and ${bytes} are there`,
    );
  }
  const data = new Float32Array(count);
  for (let at = 0; at < count; at++) data[at] = reader.read(view, begin + at * reader.bytes);
  return { dims, type, data };
}
