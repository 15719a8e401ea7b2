import type { Graph } from './graph.ts';
import type { Node } from './node.ts';
import { readTensor, type Constant } from './tensor.ts';

/** A plain, read-only look at a graph: nodes with their attributes, weights and constants as typed arrays; `opset` is that of its file. */
export function graphView(graph: Graph, opset: number) {
  const constant = (name: string): TypedArray | undefined => {
    for (let source: string | undefined = name; source;) {
      const found = graph.constant(source);
      if (found) return typedArrayOf(found);
      // Exporters share one weight between modules through Identity.
      const at = graph.producerOf(source);
      const node = at === undefined ? undefined : graph.nodes[at];
      source = node?.operator === 'Identity' ? node.inputs[0] : undefined;
    }
    return undefined;
  };
  return { nodes: graph.nodes.map(nodeView), opset, constant };
}

function nodeView(node: Node) {
  let attributes: ReturnType<typeof attributesOf> | undefined;
  return {
    operator: node.domain === '' ? node.operator : `${node.domain}.${node.operator}`,
    name: node.name,
    inputs: node.inputs,
    outputs: node.outputs,
    // Most nodes are never looked at so closely.
    get attributes() {
      attributes ??= attributesOf(node);
      return attributes;
    },
  };
}

type AttributeView = number | string | readonly number[] | readonly string[] | TypedArray;

function attributesOf(node: Node): Readonly<Record<string, AttributeView>> {
  return Object.fromEntries(
    node.attributes().flatMap(({ name, value }): readonly (readonly [string, AttributeView])[] => {
      if (typeof value !== 'object' || !('dataType' in value)) return [[name, value]];
      const read = readTensor(value);
      return read === undefined ? [] : [[name, typedArrayOf(read)]];
    }),
  );
}

type TypedArray = ReturnType<typeof typedArrayOf>;

/** Half precision is shown as the numbers it stands for, small whole numbers as int32. */
function typedArrayOf({ type, dims, values }: Constant) {
  const whole = () => Array.from(values, (value) => BigInt(Math.trunc(value)));
  switch (type) {
    case 'int64':
      return { type, dims, data: BigInt64Array.from(whole()) };
    case 'uint64':
      return { type, dims, data: BigUint64Array.from(whole()) };
    case 'float64':
      return { type, dims, data: Float64Array.from(values) };
    case 'bool':
      return { type, dims, data: Uint8Array.from(values) };
    case 'int32':
    case 'int16':
    case 'int8':
    case 'uint32':
    case 'uint16':
    case 'uint8':
      return { type: 'int32' as const, dims, data: Int32Array.from(values) };
    default:
      return {
        type: 'float32' as const,
        dims,
        data: values instanceof Float32Array ? values : Float32Array.from(values),
      };
  }
}
