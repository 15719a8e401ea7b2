import { create } from '@bufbuild/protobuf';
import { elementCount, seededRandom, type ModelSource } from '@understory/core';
import {
  DifferentiableGraph,
  Graph,
  Node,
  writeTensor,
  type AttributeInputs,
  type Constant,
  type ElementType,
} from '@understory/onnx-autodiff';
import { ModelProtoSchema } from 'onnx-buf';

/** What an operator reads: something fed, `[2, ...]` with any batch, or a weight; null is left out. */
export type Input =
  | { readonly fed: readonly number[]; readonly positive?: boolean }
  | { readonly weight: readonly number[]; readonly positive?: boolean }
  | { readonly constant: Constant }
  | null;

/** An operator in one form. */
export interface Row {
  readonly operator: string;
  readonly form: string;
  readonly inputs: readonly Input[];
  readonly attributes?: AttributeInputs;
  /** 18 where absent. */
  readonly opset?: number;
  /** How many outputs the node has; the last is the model's. */
  readonly outputs?: number;
  /** All sizes of what is fed are open, or none is, and the output has none; else the batch is open and the output's are inferred. */
  readonly sizes?: 'open' | 'fixed';
  /** Of the output; float32 where absent. */
  readonly type?: ElementType;
}

export const fed = (...dims: readonly number[]): Input => ({ fed: dims });
export const weight = (...dims: readonly number[]): Input => ({ weight: dims });
export const ints = (...values: readonly number[]): Input => ({
  constant: { type: 'int64', dims: [values.length], values },
});
export const number = (value: number): Input => ({ constant: { type: 'float32', dims: [], values: [value] } });

/** The names of the inputs that are fed. */
export function fedNames(row: Row): readonly string[] {
  return row.inputs.flatMap((input, at) => (input && 'fed' in input ? [`x${at}`] : []));
}

/** A model of one operator, output `y`; `behind` a convolution the first input is an image that TensorFlow.js made. */
export function modelOf(
  row: Row,
  behind = false,
  change: (nodes: readonly Node[]) => readonly Node[] = (nodes) => nodes,
): Extract<ModelSource, { kind: 'bytes' }> {
  const { operator, form, inputs, attributes = {}, opset = 18, outputs = 1, sizes, type = 'float32' } = row;
  const declared = (at: number, dims: readonly number[]) =>
    sizes === 'fixed'
      ? dims
      : dims.map((size, axis) => (axis === 0 ? 'N' : sizes === 'open' ? `x${at}_${axis}` : size));
  const random = seededRandom(`${operator} ${form}`);
  const weights = new Map<string, Constant>();
  const draw = (name: string, dims: readonly number[], positive = false) => {
    const values = Float32Array.from({ length: elementCount(dims) }, () => random.normal());
    weights.set(name, { type: 'float32', dims, values: positive ? values.map((value) => 0.5 + value ** 2) : values });
  };
  inputs.forEach((input, at) => {
    if (input && 'weight' in input) draw(`x${at}`, input.weight, input.positive);
    if (input && 'constant' in input) weights.set(`x${at}`, input.constant);
  });
  const first = inputs[0];
  const channels = first && 'fed' in first ? first.fed[1]! : 0;
  if (behind) draw('mixing', [channels, channels, 1, 1], first !== null && 'positive' in first!);
  const names = inputs.map((input, at) => (input === null ? '' : behind && at === 0 ? 'mixed' : `x${at}`));
  const results = Array.from({ length: outputs }, (_, at) => (at === outputs - 1 ? 'y' : `y${at}`));
  const graph = new Graph({
    header: create(ModelProtoSchema, { irVersion: 8n }),
    name: 'test',
    opset,
    inputs: inputs.flatMap((input, at) =>
      input && 'fed' in input
        ? [{ name: `x${at}`, type: 'float32' as ElementType, shape: declared(at, input.fed) }]
        : [],
    ),
    outputs: [{ name: 'y', type, shape: undefined }],
    nodes: change([
      ...(behind ? [Node.of('Conv', ['x0', 'mixing'], ['mixed'], {}, 'mix')] : []),
      Node.of(operator, names, results, attributes, 'node'),
    ]),
    initializers: new Map([...weights].map(([name, constant]) => [name, { proto: writeTensor(name, constant) }])),
    declared: new Map(),
  });
  if (sizes !== undefined) return { kind: 'bytes', bytes: graph.encode() };
  const { shape } = new DifferentiableGraph(graph).inference.value('y');
  return {
    kind: 'bytes',
    bytes: graph.with({ outputs: [{ name: 'y', type: 'float32', shape }] }).encode(),
  };
}
