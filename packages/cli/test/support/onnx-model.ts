import { create } from '@bufbuild/protobuf';
import { Graph, type Node } from '@understory/onnx-autodiff';
import { ModelProtoSchema } from 'onnx-buf';

/** The bytes of a model without weights: input `x`, output `y`, both float32 where nothing else is said. */
export function onnxModel({
  input,
  output,
  nodes,
  type = 'float32',
  others = {},
}: {
  input: readonly (number | string)[];
  output: readonly (number | string)[];
  nodes: readonly Node[];
  type?: 'float32' | 'float16';
  /** Dimensions of further inputs, by name. */
  others?: Readonly<Record<string, readonly (number | string)[]>>;
}): Uint8Array {
  return new Graph({
    header: create(ModelProtoSchema, { irVersion: 8n }),
    name: 'test',
    opset: 17,
    inputs: Object.entries({ x: input, ...others }).map(([name, shape]) => ({ name, type, shape })),
    outputs: [{ name: 'y', type, shape: output }],
    nodes,
    initializers: new Map(),
    declared: new Map(),
  }).encode();
}
