import { wholeNumbers } from './special-values.mjs';

/** Ways to damage bytes; each takes them with a `Draw` and gives others, the given ones stay as they are. */
export const byteMutations = {
  truncate: (bytes, draw) => bytes.slice(0, draw.integer(0, Math.max(0, bytes.length - 1))),
  cutShort: (bytes, draw) => bytes.slice(0, Math.max(0, bytes.length - draw.integer(1, 16))),
  empty: () => new Uint8Array(0),
  flipBits(bytes, draw) {
    const changed = bytes.slice();
    for (let count = draw.pick([1, 1, 2, 8, 64]); count > 0 && changed.length > 0; count -= 1) {
      changed[draw.integer(0, changed.length - 1)] ^= 1 << draw.integer(0, 7);
    }
    return changed;
  },
  flipAtStart(bytes, draw) {
    const changed = bytes.slice();
    for (let count = draw.integer(1, 4); count > 0 && changed.length > 0; count -= 1) {
      changed[draw.integer(0, Math.min(64, changed.length) - 1)] = draw.pick([0, 1, 0x7f, 0x80, 0xff]);
    }
    return changed;
  },
  overwriteNumber(bytes, draw) {
    if (bytes.length < 4) return bytes;
    const changed = bytes.slice();
    const view = new DataView(changed.buffer, changed.byteOffset, changed.length);
    view.setInt32(draw.integer(0, changed.length - 4), draw.pick(wholeNumbers) | 0, draw.chance(0.5));
    return changed;
  },
  zeroRange(bytes, draw) {
    const changed = bytes.slice();
    const start = draw.integer(0, bytes.length);
    changed.fill(draw.pick([0, 0xff]), start, start + draw.integer(1, 1 + Math.floor(bytes.length / 4)));
    return changed;
  },
  removeRange(bytes, draw) {
    const start = draw.integer(0, bytes.length);
    const end = start + draw.integer(1, 1 + Math.floor(bytes.length / 4));
    return join(bytes.subarray(0, start), bytes.subarray(end));
  },
  repeatRange(bytes, draw) {
    const start = draw.integer(0, bytes.length);
    const part = bytes.subarray(start, start + draw.integer(1, 1 + Math.floor(bytes.length / 4)));
    return join(bytes.subarray(0, start), part, part, bytes.subarray(start));
  },
  insertNoise(bytes, draw) {
    const start = draw.integer(0, bytes.length);
    const noise = Uint8Array.from({ length: draw.integer(1, 64) }, () => draw.integer(0, 255));
    return join(bytes.subarray(0, start), noise, bytes.subarray(start));
  },
  append: (bytes, draw) => join(bytes, new Uint8Array(draw.pick([1, 16, 4096])).fill(draw.integer(0, 255))),
};

/** Damages bytes in one way: the bytes, and what was done. */
export function mutateBytes(bytes, draw) {
  const name = draw.pick(Object.keys(byteMutations));
  return { bytes: byteMutations[name](bytes, draw), done: name };
}

export function join(...parts) {
  return new Uint8Array(Buffer.concat(parts));
}
