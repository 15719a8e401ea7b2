import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

const arrays = {
  float32: [Float32Array, 4],
  int64: [BigInt64Array, 8],
  bool: [Uint8Array, 1],
};

/** Reads what `export.py` wrote: the facts, and its tensors by name. */
export async function readGolden(folder) {
  const [text, file] = await Promise.all([
    readFile(join(folder, 'golden.json'), 'utf8'),
    readFile(join(folder, 'golden.bin')),
  ]);
  const { tensors, ...facts } = JSON.parse(text);
  const tensor = (name) => {
    const { type, dims, offset } = tensors.find((entry) => entry.name === name);
    const [Elements, size] = arrays[type];
    const count = dims.reduce((product, dim) => product * dim, 1);
    const start = file.byteOffset + offset;
    return { type, dims, data: new Elements(file.buffer.slice(start, start + count * size)) };
  };
  const named = (names) => Object.fromEntries(Object.entries(names).map(([key, name]) => [key, tensor(name)]));
  return { ...facts, tensor, named };
}
