import { create } from '@bufbuild/protobuf';
import { Graph, type Node } from '@understory/onnx-autodiff';
import { ModelProtoSchema } from 'onnx-buf';

/** The bytes of a model without weights: float32 input `x`, output `y`. */
export function onnxModel({
  input,
  output,
  nodes,
}: {
  input: readonly (number | string)[];
  output: readonly (number | string)[];
  nodes: readonly Node[];
}): Uint8Array {
  return new Graph({
    header: create(ModelProtoSchema, { irVersion: 8n }),
    name: 'test',
    opset: 17,
    inputs: [{ name: 'x', type: 'float32', shape: input }],
    outputs: [{ name: 'y', type: 'float32', shape: output }],
    nodes,
    initializers: new Map(),
    declared: new Map(),
  }).encode();
}
