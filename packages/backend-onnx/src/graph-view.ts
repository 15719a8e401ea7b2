import type { AttributeValue, GraphNode, GraphView, Tensor } from '@understory/core';
import { readTensor, type Constant, type Graph, type Node } from '@understory/onnx-autodiff';

/** A graph as core shows it, with the opset that its file was written in. */
export function graphViewOf(graph: Graph, opset: number): GraphView {
  const constant = (name: string): Tensor | undefined => {
    const found = graph.constant(name);
    if (found) return toTensor(found);
    // Exporters share one weight between modules through Identity.
    const at = graph.producerOf(name);
    const node = at === undefined ? undefined : graph.nodes[at];
    return node?.operator === 'Identity' && node.inputs[0] ? constant(node.inputs[0]) : undefined;
  };
  return { nodes: graph.nodes.map(viewOf), opset, constant };
}

function viewOf(node: Node): GraphNode {
  let attributes: Record<string, AttributeValue> | undefined;
  return {
    operator: node.domain ? `${node.domain}.${node.operator}` : node.operator,
    name: node.name,
    inputs: node.inputs,
    outputs: node.outputs,
    get attributes() {
      attributes ??= attributesOf(node);
      return attributes;
    },
  };
}

function attributesOf(node: Node): Record<string, AttributeValue> {
  const attributes: Record<string, AttributeValue> = {};
  for (const { name, value } of node.attributes()) {
    if (typeof value === 'object' && 'dataType' in value) {
      const constant = readTensor(value);
      if (constant) attributes[name] = toTensor(constant);
    } else {
      attributes[name] = value;
    }
  }
  return attributes;
}

function toTensor({ type, dims, values }: Constant): Tensor {
  switch (type) {
    case 'int64':
      return {
        type: 'int64',
        dims,
        data: BigInt64Array.from(Array.from(values), (value) => BigInt(Math.trunc(value))),
      };
    case 'uint64':
      return {
        type: 'uint64',
        dims,
        data: BigUint64Array.from(Array.from(values), (value) => BigInt(Math.trunc(value))),
      };
    case 'float64':
      return { type: 'float64', dims, data: Float64Array.from(values) };
    case 'int32':
    case 'int16':
    case 'int8':
    case 'uint32':
    case 'uint16':
    case 'uint8':
      return { type: 'int32', dims, data: Int32Array.from(values) };
    case 'bool':
      return { type: 'bool', dims, data: Uint8Array.from(values) };
    default:
      // float16 and bfloat16 weights are read as the numbers they stand for.
      return { type: 'float32', dims, data: values instanceof Float32Array ? values : Float32Array.from(values) };
  }
}
