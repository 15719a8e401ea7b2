import type { AttributeValue, GraphNode, GraphView, Tensor } from '@understory/core';
import { readTensor, type Constant, type Graph, type Node } from '@understory/onnx-autodiff';

/** An ONNX graph as core shows it; `opset` is the one that its file was written in. */
export function graphViewOf(graph: Graph, opset: number): GraphView {
  const constant = (name: string): Tensor | undefined => {
    const found = graph.constant(name);
    if (found) return toTensor(found);
    const at = graph.producerOf(name);
    const node = at === undefined ? undefined : graph.nodes[at];
    // A weight that modules share goes by several names.
    return node?.operator === 'Identity' && node.inputs[0] ? constant(node.inputs[0]) : undefined;
  };
  return { nodes: graph.nodes.map(viewOf), opset, constant };
}

function viewOf(node: Node): GraphNode {
  return {
    operator: node.domain === '' ? node.operator : `${node.domain}.${node.operator}`,
    name: node.name,
    inputs: node.inputs,
    outputs: node.outputs,
    // Most nodes are never looked at so closely.
    get attributes() {
      return Object.fromEntries(
        node.attributes().flatMap(({ name, value }): (readonly [string, AttributeValue])[] => {
          if (typeof value !== 'object' || !('dataType' in value)) return [[name, value]];
          const read = readTensor(value);
          return read ? [[name, toTensor(read)]] : [];
        }),
      );
    },
  };
}

/** Half precision is shown as the numbers it stands for, small whole numbers as int32. */
function toTensor({ type, dims, values }: Constant): Tensor {
  const list = Array.from(values);
  switch (type) {
    case 'int64':
      return { type, dims, data: BigInt64Array.from(list, (value) => BigInt(Math.trunc(value))) };
    case 'uint64':
      return { type, dims, data: BigUint64Array.from(list, (value) => BigInt(Math.trunc(value))) };
    case 'float64':
      return { type, dims, data: Float64Array.from(list) };
    case 'bool':
      return { type, dims, data: Uint8Array.from(list) };
    case 'float32':
    case 'float16':
    case 'bfloat16':
      return { type: 'float32', dims, data: values instanceof Float32Array ? values : Float32Array.from(list) };
    default:
      return { type: 'int32', dims, data: Int32Array.from(list) };
  }
}
