import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { elementCount, tensor } from '@understory/core';
import type { Tensor } from '@understory/core';

/** What `golden.json` says, beside the list of its tensors. */
export interface Golden {
  readonly network: string;
  /** The class of each sample whose logit is explained. */
  readonly classes: readonly number[];
  /** The classes of the cross-entropy, where they are not `classes`. */
  readonly crossEntropyTargets?: readonly number[];
  /** In execution order; `maps` names a tensor `[N, h, w]` for each method. */
  readonly layers: readonly {
    readonly module: string;
    readonly tensor: string;
    readonly maps: Readonly<Record<string, string>>;
  }[];
  /** Null where CAM does not apply. */
  readonly cam: { readonly tensor: string; readonly map: string } | null;
  readonly top5?: readonly { readonly index: number; readonly label: string; readonly probability: number }[];
  readonly entries: readonly GoldenEntry[];
  /** Throws a RangeError for a name that the golden does not have. */
  tensor(name: string): Tensor;
}

export interface GoldenEntry {
  readonly name: string;
  readonly type: 'float32' | 'float16' | 'uint8';
  readonly dims: readonly number[];
  readonly offset: number;
  /** What the elements are to be multiplied by. */
  readonly scale?: number;
  /** Every how many rows and columns are kept. */
  readonly stride?: number;
  /** The length of the whole gradient. */
  readonly norm?: number;
}

/** Reads `golden.json` and `golden.bin` of a folder; `fixtures/golden/README.md` describes the format. */
export async function readGolden(folder: string): Promise<Golden> {
  const [text, file] = await Promise.all([
    readFile(join(folder, 'golden.json'), 'utf8'),
    readFile(join(folder, 'golden.bin')),
  ]);
  const { tensors: entries, ...rest } = JSON.parse(text) as Omit<Golden, 'entries' | 'tensor'> & {
    readonly tensors: readonly GoldenEntry[];
  };
  return {
    ...rest,
    entries,
    tensor(name) {
      const entry = entries.find((candidate) => candidate.name === name);
      if (entry === undefined) throw new RangeError(`the golden has no tensor "${name}"`);
      return tensorAt(entry, file);
    },
  };
}

function tensorAt({ type, dims, offset }: GoldenEntry, file: Uint8Array): Tensor {
  const start = file.byteOffset + offset;
  const bytes = (size: number) => file.buffer.slice(start, start + size * elementCount(dims));
  switch (type) {
    case 'float32':
      return tensor(type, new Float32Array(bytes(4)), dims);
    case 'float16':
      return tensor(type, new Uint16Array(bytes(2)), dims);
    case 'uint8':
      return tensor(type, new Uint8Array(bytes(1)), dims);
  }
}
