// Ends well where ONNX Runtime opens a WebGPU device: one addition.
import { create } from '@bufbuild/protobuf';
import { Graph, Node } from '@understory/onnx-autodiff';
import { ModelProtoSchema } from 'onnx-buf';
import * as ort from 'onnxruntime-node';

const value = (name) => ({ name, type: 'float32', shape: [2] });
const graph = new Graph({
  ...{ header: create(ModelProtoSchema, { irVersion: 8n }), name: 'addition', opset: 18, initializers: new Map() },
  ...{ inputs: [value('x')], outputs: [value('y')], nodes: [Node.of('Add', ['x', 'x'], ['y'])], declared: new Map() },
});
const options = { executionProviders: ['webgpu'], logSeverityLevel: 4 };
const session = await ort.InferenceSession.create(graph.encode(), options);
const { y } = await session.run({ x: new ort.Tensor('float32', [1, 2], [2]) });
if (y.data.join() !== '2,4') throw new Error(`1 + 1, 2 + 2 gives ${y.data.join()}`);
await session.release();
