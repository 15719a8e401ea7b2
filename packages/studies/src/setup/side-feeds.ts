import {
  elementCount,
  fromFloat32,
  type Dimension,
  type Feeds,
  type Model,
  type SubjectSettings,
  type Tensor,
  type TensorSpec,
} from '@understory/core';
import type { Environment } from '../environment.ts';
import { studyErrors } from '../errors.ts';
import { picturesOf } from './picture-inputs.ts';

/** Values of inputs other than the picture, by name: numbers with commas, `height` and `width` of the picture, a file of numbers, or another picture. */
export type SideFeeds = Readonly<Record<string, string>>;

type Value = (picture: { readonly height: number; readonly width: number }) => number;

/** What one sample of an input is. */
interface Side {
  readonly spec: TensorSpec;
  readonly values: readonly Value[] | Float32Array;
  /** Without the batch. */
  readonly dims: readonly number[];
  /** False of an input without a batch, which is fed as it is whatever the batch. */
  readonly isBatched: boolean;
}

export interface SideRequest {
  /** The input that takes the explained picture. */
  readonly picture: string;
  /** Inputs that the subject gives values by itself. */
  readonly filled?: readonly string[] | undefined;
  /** Another picture `[1, C, H, W]`, prepared for an input, or as the layout of that input is. */
  readonly pictureFor: (input: string, path: string) => Promise<Tensor<'float32'>>;
  readonly environment: Pick<Environment, 'readTable'>;
}

/**
 * The inputs of a model other than its picture and those that the subject fills itself, with the values that a user gives them; undefined
 * where it has none.
 * Throws OTHER_INPUTS where one has no value, and FEED_INVALID where a value does not fit or names no input, and what reading a picture throws.
 */
export async function sideFeedsOf(
  model: Model,
  given: SideFeeds,
  request: SideRequest,
): Promise<SubjectSettings['sides']> {
  const { picture, filled = [] } = request;
  const others = model.inputs.filter(({ name }) => name !== picture && !filled.includes(name));
  const unknown = Object.keys(given).find((name) => !others.some((input) => input.name === name));
  if (unknown !== undefined) {
    throw studyErrors.feedInvalid({
      found: `"${unknown}"`,
      expected: others.length === 0 ? 'no side input' : `one of ${others.map(({ name }) => name).join(', ')}`,
    });
  }
  const missing = others.filter(({ name }) => !Object.hasOwn(given, name));
  if (missing.length > 0) {
    const pictures = picturesOf({ inputs: missing }).map(({ name }) => name);
    throw studyErrors.otherInputs({ picture, others: missing.map(({ name }) => name), pictures });
  }
  if (others.length === 0) return undefined;
  const sides: Side[] = [];
  for (const spec of others) sides.push(await sideOf(spec, given[spec.name]!, request));
  return (samples, size) => Object.fromEntries(sides.map((side) => [side.spec.name, fed(side, samples, size)]));
}

function fed({ spec, values, dims, isBatched }: Side, samples: number, size: Parameters<Value>[0]): Feeds[string] {
  const one = values instanceof Float32Array ? values : Float64Array.from(values, (value) => value(size));
  const times = isBatched ? samples : 1;
  const all = new Float64Array(one.length * times);
  for (let sample = 0; sample < times; sample += 1) all.set(one, sample * one.length);
  return fromNumbers(spec, all, isBatched ? [samples, ...dims] : dims);
}

function fromNumbers({ type }: TensorSpec, values: Float64Array, dims: readonly number[]): Tensor {
  if (type === 'int64') return { type, dims, data: BigInt64Array.from(Array.from(values, whole)) };
  if (type === 'uint64') return { type, dims, data: BigUint64Array.from(Array.from(values, whole)) };
  return fromFloat32(Float32Array.from(values), type, dims);
}

const whole = (value: number) => BigInt(Math.round(value));

async function sideOf(spec: TensorSpec, text: string, { pictureFor, environment }: SideRequest): Promise<Side> {
  if (picturesOf({ inputs: [spec] }).length > 0 && namesPicture(text)) {
    const { data, dims } = await pictureFor(spec.name, text.trim());
    return { spec, values: data, dims: dims.slice(1), isBatched: true };
  }
  const table = /\.(?:npy|json)$/i.test(text.trim()) ? await environment.readTable(text.trim()) : undefined;
  const values: readonly Value[] =
    table === undefined
      ? text.split(',').map((part) => valueOf(part.trim(), spec))
      : Array.from(table.data, (value) => () => value);
  const [first, ...rest] = spec.dims ?? ['N', table === undefined ? values.length : elementCount(table.dims)];
  const isScalar = spec.dims?.length === 0;
  // A first dimension that is fixed at more than one is no batch.
  const isBatched = !isScalar && (typeof first !== 'number' || first === 1);
  const wanted: readonly Dimension[] = isScalar ? [] : isBatched ? rest : [first!, ...rest];
  const open = wanted.filter((dim) => typeof dim !== 'number').length;
  const known = wanted.reduce<number>((product, dim) => product * (typeof dim === 'number' ? dim : 1), 1);
  const dims = wanted.map((dim) => (typeof dim === 'number' ? dim : values.length / known));
  const filled = values.length === 1 && open === 0 ? Array.from({ length: known }, () => values[0]!) : values;
  if (open > 1 || filled.length !== elementCount(dims) || dims.some((dim) => !Number.isInteger(dim))) {
    throw studyErrors.feedInvalid({
      found: `${values.length} ${values.length === 1 ? 'number' : 'numbers'} for "${spec.name}"`,
      expected: `${open === 0 ? `one number, or ${known} of them` : `a multiple of ${known}`}: [${wanted.join(', ')}] without the batch`,
    });
  }
  return { spec, values: filled, dims, isBatched };
}

/** Whether a value is neither numbers nor a table of them. */
function namesPicture(text: string): boolean {
  if (/\.(?:npy|json)$/i.test(text.trim())) return false;
  return text
    .split(',')
    .some((part) => !/^(?:height|width|true|false|)$/.test(part.trim()) && Number.isNaN(Number(part)));
}

function valueOf(part: string, { name }: TensorSpec): Value {
  if (part === 'height') return ({ height }) => height;
  if (part === 'width') return ({ width }) => width;
  if (part === 'true' || part === 'false') return () => (part === 'true' ? 1 : 0);
  const value = Number(part);
  if (part === '' || !Number.isFinite(value)) {
    throw studyErrors.feedInvalid({
      found: `"${part}" for "${name}"`,
      expected: 'numbers with commas between them, height, width, true, false, or a file .npy or .json',
    });
  }
  return () => value;
}
