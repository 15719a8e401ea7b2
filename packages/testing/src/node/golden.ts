import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { elementCount, float32, tensor, toFloat32 } from '@understory/core';
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
  /** What the network is fed, `[N, 3, H, W]`, normalised. */
  readonly input: Tensor<'float32'>;
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
  const { tensors: entries, ...rest } = JSON.parse(text) as Omit<Golden, 'entries' | 'input' | 'tensor'> & {
    readonly tensors: readonly GoldenEntry[];
  };
  const read = (name: string): Tensor => {
    const entry = entries.find((candidate) => candidate.name === name);
    if (entry === undefined) throw new RangeError(`the golden has no tensor "${name}"`);
    return tensorAt(entry, file);
  };
  const isPicture = entries.some(({ name }) => name === 'pixels');
  const input = isPicture ? normalised(read('pixels')) : read('input');
  return { ...rest, entries, input: float32(toFloat32(input), input.dims), tensor: read };
}

/** Where a golden and its model lie. */
export interface GoldenCase {
  readonly name: string;
  readonly folder: string;
  /** The path of the ONNX file. */
  readonly model: string;
}

/** Every golden of a checkout, the small networks and EfficientNet-Lite0. */
export async function listGoldens(repository: string): Promise<readonly GoldenCase[]> {
  const goldens = join(repository, 'fixtures', 'golden');
  const networks = (await readdir(join(goldens, 'networks'))).sort().map((name) => {
    const folder = join(goldens, 'networks', name);
    return { name, folder, model: join(folder, 'model.onnx') };
  });
  const bundled = 'efficientnet-lite0';
  const model = join(repository, 'packages', 'zoo', 'models', bundled, 'onnx', 'model.onnx');
  return [...networks, { name: bundled, folder: join(goldens, bundled), model }];
}

/** `[H, W, 3]` in 0..255 as `[1, 3, H, W]`, normalised as the card of EfficientNet-Lite0 says. */
function normalised({ dims: [height = 0, width = 0], data }: Tensor): Tensor<'float32'> {
  const places = height * width;
  const values = Float32Array.from(
    { length: 3 * places },
    (_, at) => (Number(data[(at % places) * 3 + Math.floor(at / places)]) - 127) / 128,
  );
  return float32(values, [1, 3, height, width]);
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
