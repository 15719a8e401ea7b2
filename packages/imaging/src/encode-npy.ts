import { elementCount } from '@understory/core';

/** The bytes of a NumPy `.npy` file, version 1.0: little-endian float32 in row-major order; throws a RangeError where data and dimensions disagree. */
export function encodeNpy(data: Float32Array, dims: readonly number[]): Uint8Array {
  if (data.length !== elementCount(dims)) {
    throw new RangeError(`${data.length} elements do not fill an array of ${dims.join(' x ') || 'no dimensions'}`);
  }
  const prefix = 10;
  const shape = dims.length === 1 ? `(${dims[0]},)` : `(${dims.join(', ')})`;
  const description = `{'descr': '<f4', 'fortran_order': False, 'shape': ${shape}, }`;
  const start = Math.ceil((prefix + description.length + 1) / 64) * 64;
  const header = `${description.padEnd(start - prefix - 1)}\n`;

  const file = new Uint8Array(start + 4 * data.length);
  const view = new DataView(file.buffer);
  file.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]);
  view.setUint16(8, header.length, true);
  for (let at = 0; at < header.length; at++) file[prefix + at] = header.charCodeAt(at);
  data.forEach((value, index) => view.setFloat32(start + 4 * index, value, true));
  return file;
}
