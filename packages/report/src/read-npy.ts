import type { FloatMap } from '@understory/imaging';
import { reportErrors } from './errors.ts';

/** A map `[height, width]` out of a NumPy file of little-endian float32; `path` is for the error, MAP_NOT_READABLE. */
export function readNpy(bytes: Uint8Array, path: string): FloatMap {
  const fail = (found: string) => reportErrors.mapNotReadable({ path, found });
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 10 || view.getUint32(0) !== 0x934e554d) throw fail('no NumPy file');
  const start = bytes[6] === 1 ? 10 + view.getUint16(8, true) : 12 + view.getUint32(8, true);
  const header = new TextDecoder().decode(bytes.subarray(10, start));
  const [, rows, columns] = /'shape': \((\d+), (\d+)\)/.exec(header) ?? [];
  if (!header.includes("'<f4'") || !header.includes("'fortran_order': False") || rows === undefined) {
    throw fail(header.trim());
  }
  const [height, width] = [Number(rows), Number(columns)];
  if (bytes.length !== start + 4 * height * width) throw fail(`${bytes.length} bytes for ${height} x ${width}`);
  const data = Float32Array.from({ length: height * width }, (_, at) => view.getFloat32(start + 4 * at, true));
  return { height, width, data };
}
