import * as tf from '@tensorflow/tfjs-core';
import { gelu, ownActivation } from './keras-activations.ts';
import { isTensor, type Json, type Reference } from './keras-json.ts';

/** A function that Keras calls between layers, with all that it is called with. */
export interface OperationCall {
  /** What it is in ONNX, or its own name. */
  readonly operator: string;
  readonly tensors: readonly Reference[];
  readonly compute: (tensors: readonly tf.Tensor[]) => tf.Tensor;
}

/** A tensor by its place among those that a call reads, a list, or a constant. */
type Argument = { readonly tensor: number } | readonly Argument[] | number | string | boolean | null | Json;

interface Call {
  readonly first: Argument | undefined;
  /** What comes after the first. */
  readonly rest: readonly Argument[];
  readonly named: Readonly<Record<string, Argument>>;
}

type Unary = (x: tf.Tensor, call: Call) => tf.Tensor;
type Binary = (a: tf.Tensor, b: tf.Tensor) => tf.Tensor;

/** Reads a call as Keras 2 or Keras 3 writes it; undefined where the function or its arguments are not known. */
export function readOperation(layer: { readonly class_name: string; readonly config: Json }, node: unknown) {
  const tensors: Reference[] = [];
  const tensor = (layerName: string, at: number, place: number): Argument => {
    tensors.push([layerName, at, place, {}]);
    return { tensor: tensors.length - 1 };
  };
  const argument = (value: unknown): Argument => {
    if (isTensor(value)) return tensor(...value.config.keras_history);
    if (Array.isArray(value)) {
      const [name, at, place] = value as unknown[];
      const isReference = value.length === 3 && typeof name === 'string' && typeof at === 'number';
      return isReference ? tensor(name, at, Number(place)) : value.map(argument);
    }
    return value as Argument;
  };
  const arguments_ = (values: Json) =>
    Object.fromEntries(Object.entries(values).map(([name, value]) => [name, argument(value)]));
  const called = layer.config['function'];
  const name = typeof called === 'string' ? called.split('.').at(-1)! : layer.class_name;
  let call: Call;
  if (Array.isArray(node)) {
    const several = Array.isArray(node[0]) ? (node as Reference[]) : [node as unknown as Reference];
    const read = several.map(([from, at, place]): Argument => {
      if (from === '_CONSTANT_VALUE') return place;
      return tensor(from, at, place);
    });
    const named = several[0]?.[3] ?? {};
    call = { first: takesList.has(name) ? read : read[0], rest: [], named: arguments_(named) };
  } else {
    const { args = [], kwargs = {} } = node as { readonly args?: readonly unknown[]; readonly kwargs?: Json };
    const [first, ...rest] = args.map(argument);
    call = { first, rest, named: { ...arguments_(layer.config), ...arguments_(kwargs) } };
  }
  const known = functions[canonical(name)];
  if (known === undefined) return undefined;
  return {
    operator: known.operator,
    tensors,
    compute: (values: readonly tf.Tensor[]) => known.compute(values, call),
  } satisfies OperationCall;
}

const takesList = new Set(['concat', 'stack', 'add_n']);

/** `TrueDivide` and `__operators__.truediv` are one function. */
function canonical(name: string): string {
  const plain = name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replace(/^reduce_/, '');
  return synonyms[plain] ?? plain;
}

const synonyms: Readonly<Record<string, string>> = {
  amax: 'max',
  amin: 'min',
  clip_by_value: 'clip',
  concatenate: 'concat',
  div: 'divide',
  get_item: 'getitem',
  hard_swish: 'hard_silu',
  mul: 'multiply',
  neg: 'negative',
  power: 'pow',
  sub: 'subtract',
  swish: 'silu',
  true_divide: 'divide',
  truediv: 'divide',
};

interface KnownFunction {
  readonly operator: string;
  readonly compute: (values: readonly tf.Tensor[], call: Call) => tf.Tensor;
}

const unaries: Readonly<Record<string, readonly [operator: string, Unary]>> = {
  abs: ['Abs', tf.abs],
  cast: ['Cast', (x) => tf.cast(x, 'float32')],
  cos: ['Cos', tf.cos],
  elu: ['Elu', (x) => tf.elu(x)],
  erf: ['Erf', tf.erf],
  exp: ['Exp', tf.exp],
  gelu: ['Gelu', (x, { named }) => gelu(x, named['approximate'] === true)],
  hard_sigmoid: ['HardSigmoid', ownActivation('hard_sigmoid_3').apply],
  hard_silu: ['HardSwish', ownActivation('hard_silu').apply],
  identity: ['Identity', tf.clone],
  leaky_relu: [
    'LeakyRelu',
    (x, { named }) => tf.leakyRelu(x, Number(named['alpha'] ?? named['negative_slope'] ?? 0.2)),
  ],
  log: ['Log', tf.log],
  negative: ['Neg', tf.neg],
  relu: ['Relu', tf.relu],
  relu6: ['Relu6', tf.relu6],
  rsqrt: ['Rsqrt', tf.rsqrt],
  selu: ['Selu', tf.selu],
  sigmoid: ['Sigmoid', tf.sigmoid],
  silu: ['Swish', (x) => tf.mul(x, tf.sigmoid(x))],
  sin: ['Sin', tf.sin],
  softplus: ['Softplus', tf.softplus],
  sqrt: ['Sqrt', tf.sqrt],
  square: ['Square', tf.square],
  tanh: ['Tanh', tf.tanh],
  clip: [
    'Clip',
    (x, call) =>
      tf.clipByValue(x, number(call, 0, 'x_min', 'clip_value_min'), number(call, 1, 'x_max', 'clip_value_max')),
  ],
  depth_to_space: ['DepthToSpace', (x, call) => tf.depthToSpace(x as tf.Tensor4D, number(call, 0, 'block_size'))],
  expand_dims: ['Unsqueeze', (x, call) => tf.expandDims(x, number(call, 0, 'axis'))],
  getitem: ['Slice', (x, call) => sliced(x, (call.named['slice_spec'] ?? call.rest[0]) as readonly Argument[])],
  max: ['ReduceMax', (x, call) => tf.max(x, ...along(call))],
  mean: ['ReduceMean', (x, call) => tf.mean(x, ...along(call))],
  min: ['ReduceMin', (x, call) => tf.min(x, ...along(call))],
  pad: ['Pad', padded],
  reshape: ['Reshape', (x, call) => tf.reshape(x, numbers(call, 0, 'shape', 'newshape')!)],
  softmax: ['Softmax', (x, call) => softmax(x, number(call, 0, 'axis'))],
  squeeze: ['Squeeze', (x, call) => tf.squeeze(x, numbers(call, 0, 'axis'))],
  sum: ['ReduceSum', (x, call) => tf.sum(x, ...along(call))],
  transpose: ['Transpose', (x, call) => tf.transpose(x, numbers(call, 0, 'perm', 'axes'))],
};

const binaries: Readonly<Record<string, readonly [operator: string, Binary]>> = {
  add: ['Add', tf.add],
  divide: ['Div', tf.div],
  matmul: ['MatMul', (a, b) => tf.matMul(a, b)],
  maximum: ['Max', tf.maximum],
  minimum: ['Min', tf.minimum],
  multiply: ['Mul', tf.mul],
  pow: ['Pow', tf.pow],
  squared_difference: ['SquaredDifference', tf.squaredDifference],
  subtract: ['Sub', tf.sub],
};

const functions: Readonly<Record<string, KnownFunction>> = {
  ...Object.fromEntries(
    Object.entries(unaries).map(([name, [operator, unary]]): [string, KnownFunction] => [
      name,
      { operator, compute: (values, call) => unary(tensorOf(call.first, values), call) },
    ]),
  ),
  ...Object.fromEntries(
    Object.entries(binaries).map(([name, [operator, binary]]): [string, KnownFunction] => [
      name,
      {
        operator,
        compute: (values, { first, rest, named }) =>
          binary(tensorOf(first, values), tensorOf(rest[0] ?? named['y'] ?? named['x2'] ?? named['b'], values)),
      },
    ]),
  ),
  concat: {
    operator: 'Concat',
    compute: (values, call) =>
      tf.concat(
        (call.first as readonly Argument[]).map((one) => tensorOf(one, values)),
        number(call, 0, 'axis'),
      ),
  },
};

function tensorOf(value: Argument | undefined, values: readonly tf.Tensor[]): tf.Tensor {
  if (typeof value === 'object' && value !== null && 'tensor' in value) return values[Number(value.tensor)]!;
  return tf.tensor(value as number);
}

function numbers({ rest, named }: Call, place: number, ...names: string[]): number[] | undefined {
  const found = names.map((name) => named[name]).find((value) => value !== undefined && value !== null) ?? rest[place];
  return found === undefined || found === null ? undefined : ([found].flat() as number[]);
}

function number(call: Call, place: number, ...names: string[]): number {
  return numbers(call, place, ...names)?.[0] ?? -1;
}

function along(call: Call): [axes: number[] | undefined, keeps: boolean] {
  return [numbers(call, 0, 'axis'), call.named['keepdims'] === true];
}

function padded(x: tf.Tensor, call: Call): tf.Tensor {
  const pads = (call.named['paddings'] ?? call.named['pad_width'] ?? call.rest[0]) as [number, number][];
  const mode = String(call.named['mode'] ?? 'constant').toLowerCase();
  if (mode !== 'constant') return tf.mirrorPad(x, pads, mode as 'reflect' | 'symmetric');
  return tf.pad(x, pads, Number(call.named['constant_values'] ?? 0));
}

function softmax(x: tf.Tensor, axis: number): tf.Tensor {
  const last = x.rank - 1;
  const place = axis < 0 ? axis + x.rank : axis;
  if (place === last) return tf.softmax(x);
  const order = x.shape.map((_, at) => (at === place ? last : at === last ? place : at));
  return tf.transpose(tf.softmax(tf.transpose(x, order)), order);
}

/** Python's slicing: numbers take one place away, all else are ranges. */
function sliced(x: tf.Tensor, held: readonly Argument[] | Argument): tf.Tensor {
  const parts = (Array.isArray(held) ? held : [held]) as readonly Argument[];
  const ranges = x.shape.map((size, axis) => {
    const part = parts[axis];
    if (typeof part === 'number') return { start: part < 0 ? part + size : part, step: 1, count: 1, isOne: true };
    const fields = (part ?? {}) as { readonly config?: Json } & Json;
    const { start, stop, step } = (fields.config ?? fields) as Readonly<Record<string, number | null | undefined>>;
    const by = step ?? 1;
    const clamp = (value: number) => Math.max(0, Math.min(size, value < 0 ? value + size : value));
    const from = start === undefined || start === null ? 0 : clamp(start);
    const to = stop === undefined || stop === null ? size : clamp(stop);
    return { start: from, step: by, count: Math.max(0, Math.ceil((to - from) / by)), isOne: false };
  });
  const end = ranges.map(({ start, step, count }) => start + step * (count - 1) + 1);
  const taken = tf.stridedSlice(
    x,
    ranges.map(({ start }) => start),
    end,
    ranges.map(({ step }) => step),
  );
  return tf.reshape(
    taken,
    ranges.flatMap(({ count, isOne }) => (isOne ? [] : [count])),
  );
}
