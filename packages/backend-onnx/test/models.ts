import { create } from '@bufbuild/protobuf';
import { Graph, Node, writeTensor, type Constant, type ElementType } from '@understory/onnx-autodiff';
import { ModelProtoSchema } from 'onnx-buf';

/** A model file from nodes and weights: input `x`, output `y`, float32 unless told otherwise. */
export function modelFile(options: {
  input: readonly (number | string)[];
  output: readonly (number | string)[];
  nodes: readonly Node[];
  weights?: Readonly<Record<string, Constant>>;
  type?: ElementType;
  opset?: number;
  metadata?: Readonly<Record<string, string>>;
}): Uint8Array {
  const type = options.type ?? 'float32';
  return new Graph({
    header: create(ModelProtoSchema, {
      irVersion: 8n,
      metadataProps: Object.entries(options.metadata ?? {}).map(([key, value]) => ({ key, value })),
    }),
    name: 'test',
    opset: options.opset ?? 17,
    inputs: [{ name: 'x', type, shape: options.input }],
    outputs: [{ name: 'y', type, shape: options.output }],
    nodes: options.nodes,
    initializers: new Map(
      Object.entries(options.weights ?? {}).map(([name, constant]) => [name, { proto: writeTensor(name, constant) }]),
    ),
    declared: new Map(),
  }).encode();
}

/** y = relu(x) W, with W of two inputs and three classes. */
export function linear(batch: number | string, type: ElementType = 'float32'): Uint8Array {
  return modelFile({
    input: [batch, 2],
    output: [batch, 3],
    type,
    nodes: [Node.of('Relu', ['x'], ['h'], {}, '/body/Relu'), Node.of('MatMul', ['h', 'w'], ['y'], {}, '/head/MatMul')],
    weights: { w: { type, dims: [2, 3], values: [1, 2, 3, -4, 5, 6] } },
  });
}
