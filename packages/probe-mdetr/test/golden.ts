import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import {
  elementCount,
  float32,
  tensor,
  toFloat32,
  type Box,
  type Feeds,
  type Objective,
  type Tensor,
} from '@understory/core';

/** A number that PyTorch explained, and its Grad-CAM `[1, h, w]`. */
interface ExplainedNumber {
  readonly name: string;
  readonly value: number;
  readonly objective: (dimsOf: (output: string) => readonly number[]) => Objective;
  readonly map: Float32Array;
}

/** A picture with a text, and what PyTorch computes of it. */
export interface GoldenCase {
  readonly feeds: Feeds;
  /** Pixels of padding on the right and below. */
  readonly padding: number;
  readonly outputs: Readonly<Record<string, Tensor<'float32'>>>;
  /** The tensor that Grad-CAM reads. */
  readonly layer: string;
  readonly maps: readonly ExplainedNumber[];
  readonly said: Readonly<Record<string, unknown>>;
}

export interface Golden {
  readonly text?: string;
  readonly module: string;
  readonly cases: readonly GoldenCase[];
  /** What the first picture gives where attention reads no token outside a box, of networks with a pixel mask. */
  readonly held?: { readonly box: Box; readonly outputs: Readonly<Record<string, Tensor<'float32'>>> };
}

interface Written {
  readonly text?: string;
  readonly module: string;
  readonly cases: readonly {
    readonly inputs?: Readonly<Record<string, string>>;
    readonly padding?: number;
    readonly outputs: Readonly<Record<string, string>>;
    readonly layer: string;
    readonly maps: readonly {
      readonly name: string;
      readonly value: number;
      readonly output?: string;
      readonly index?: readonly number[];
      readonly weights?: readonly (readonly [weight: number, output: string, ...index: number[]])[];
      readonly map: string;
    }[];
    readonly said: Readonly<Record<string, unknown>>;
  }[];
  readonly held?: {
    readonly box: readonly [x: number, y: number, width: number, height: number];
    readonly outputs: Readonly<Record<string, string>>;
  };
  readonly tensors: readonly { name: string; type: string; dims: readonly number[]; offset: number }[];
}

export const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));

/** What `tools/golden/mdetr.py` wrote. */
export async function readGolden(name: string): Promise<Golden> {
  const folder = fixture(name);
  const written = JSON.parse(await readFile(`${folder}/golden.json`, 'utf8')) as Written;
  const file = await readFile(`${folder}/golden.bin`);
  const read = (wanted: string): Tensor => {
    const { type, dims, offset } = written.tensors.find((each) => each.name === wanted)!;
    const count = elementCount(dims);
    const bytes = Uint8Array.from(file.subarray(offset, offset + count * (type === 'int64' ? 8 : 4))).buffer;
    return type === 'int64' ? tensor('int64', new BigInt64Array(bytes), dims) : float32(new Float32Array(bytes), dims);
  };
  const numbers = (wanted: string) => {
    const each = read(wanted);
    return float32(toFloat32(each), each.dims);
  };
  const { held, ...facts } = written;
  const [x = 0, y = 0, width = 0, height = 0] = held?.box ?? [];
  const allOf = (outputs: Readonly<Record<string, string>>) =>
    Object.fromEntries(Object.entries(outputs).map(([output, wanted]) => [output, numbers(wanted)]));
  const plain = Object.entries(written.cases[0]!.inputs!).map(([input, wanted]) => [input, read(wanted)] as const);
  return {
    ...facts,
    ...(held && { held: { box: { x, y, width, height }, outputs: allOf(held.outputs) } }),
    cases: written.cases.map(({ padding = 0, outputs, maps, ...rest }) => ({
      ...rest,
      padding,
      feeds: { ...Object.fromEntries(plain), ...pixelsAndMask(Object.fromEntries(plain), padding), ...types(plain) },
      outputs: allOf(outputs),
      maps: maps.map(({ output, index, weights, map, ...number }) => ({
        ...number,
        map: toFloat32(read(map)),
        objective: (dimsOf) =>
          index === undefined ? weighted(weights!, dimsOf) : { kind: 'score', output: output!, index: [index] },
      })),
    })),
  };
}

/** All text is of the first kind. */
function types(inputs: readonly (readonly [string, Tensor])[]): Feeds {
  const ids = inputs.find(([name]) => name === 'input_ids')?.[1];
  return ids === undefined
    ? {}
    : { token_type_ids: tensor('int64', new BigInt64Array(elementCount(ids.dims)), ids.dims) };
}

function pixelsAndMask(inputs: Feeds, padding: number): Feeds {
  const pixels = inputs['pixel_values'];
  if (pixels === undefined) return {};
  const [, channels = 0, height = 0, width = 0] = pixels.dims;
  const [tall, wide] = [height + padding, width + padding];
  const from = toFloat32(pixels);
  const padded = new Float32Array(channels * tall * wide);
  const mask = new BigInt64Array(tall * wide);
  for (let row = 0; row < channels * height; row += 1) {
    const at = (Math.floor(row / height) * tall + (row % height)) * wide;
    padded.set(from.subarray(row * width, (row + 1) * width), at);
    if (row < height) mask.fill(1n, row * wide, row * wide + width);
  }
  return {
    pixel_values: float32(padded, [1, channels, tall, wide]),
    pixel_mask: tensor('int64', mask, [1, tall, wide]),
  };
}

function weighted(
  weights: readonly (readonly [weight: number, output: string, ...index: number[]])[],
  dimsOf: (output: string) => readonly number[],
): Objective {
  // A product with every number of an output is none where one of them is infinite.
  if (weights.length < 9) {
    const terms = weights.map(([weight, output, ...index]) => ({
      weight,
      of: { kind: 'score', output, index: [index] } as const,
    }));
    return { kind: 'sum', terms };
  }
  const cotangents: Record<string, Tensor<'float32'>> = {};
  for (const [weight, output, ...index] of weights) {
    const dims = dimsOf(output);
    const { data } = (cotangents[output] ??= float32(new Float32Array(elementCount(dims)), dims));
    data[index.reduce((at, place, axis) => at * dims[axis + 1]! + place, 0)]! += weight;
  }
  return { kind: 'cotangent', cotangents };
}
