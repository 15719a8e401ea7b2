import {
  AttributeProtoSchema,
  GraphProtoSchema,
  NodeProtoSchema,
  TensorProto_DataType as DataType,
  TypeProto_TensorSchema,
  TypeProtoSchema,
  ValueInfoProtoSchema,
  type AttributeProto,
  type GraphProto,
  type NodeProto,
  type TensorProto,
  type ValueInfoProto,
} from 'onnx-buf';
import { copyWith } from './copy-with.ts';
import type { Graph, Initializer } from './graph.ts';
import { inlineFunctions } from './inline/index.ts';
import { Names, Scope } from './inline/names.ts';
import { renameNode } from './inline/rename.ts';
import { Node } from './node.ts';
import { Inference } from './shapes/inference.ts';
import { readTensor, writeTensor } from './tensor.ts';
import { elementTypeOf, type Value } from './types.ts';

export interface Float32Graph {
  readonly graph: Graph;
  /** The float32 tensor behind a name of the original: another one for inputs, outputs and weights that stay in half precision. */
  computed(name: string): string;
}

/** Weights up to this many elements are rewritten, so that rules can read them; larger ones get a Cast, which the runtime folds. */
const largestRewritten = 4096;

/** Attributes that name the type a node computes in or hands out. */
const typeAttributes = new Set(['to', 'dtype', 'output_datatype', 'output_dtype', 'stash_type', 'softmax_precision']);

/**
 * The same model computed in float32 where it says float16 or bfloat16, so that small gradients survive. Inputs and outputs
 * keep their types, with Casts behind and before them; intermediate tensors keep their names.
 */
export function toFloat32(model: Graph): Float32Graph {
  const graph = inlineFunctions(model);
  const types = new Inference(graph);
  const isHalf = ({ name, type }: Value) => isHalfType(type ?? types.value(name).type);
  const names = new Names(graph);
  const scope = new Scope();
  const initializers = new Map<string, Initializer>();
  const before: Node[] = [];
  const behind: Node[] = [];
  const castToFloat32 = (name: string) => {
    const computed = names.fresh(`${name}.float32`);
    scope.set(name, computed);
    before.push(Node.of('Cast', [name], [computed], { to: DataType.FLOAT }, names.node(computed)));
  };
  for (const input of graph.inputs) if (isHalf(input)) castToFloat32(input.name);
  for (const [name, weight] of graph.initializers) {
    const { proto } = weight;
    const kept = !isHalfCode(proto.dataType) || isOutput(graph, name);
    const rewritten = kept || elementsOf(proto) > largestRewritten ? undefined : inFloat32(proto);
    initializers.set(name, rewritten ? { proto: rewritten } : weight);
    if (isHalfCode(proto.dataType) && !rewritten) castToFloat32(name);
  }
  for (const output of graph.outputs) {
    if (!isHalf(output) || graph.producerOf(output.name) === undefined) continue;
    const to = types.value(output.name).type === 'bfloat16' ? DataType.BFLOAT16 : DataType.FLOAT16;
    const computed = names.fresh(`${output.name}.float32`);
    scope.set(output.name, computed);
    behind.push(Node.of('Cast', [computed], [output.name], { to }, names.node(computed)));
  }
  let changed = before.length > 0 || behind.length > 0;
  const renaming = { define: (name: string) => name, referenced: () => undefined };
  const nodes = graph.nodes.map((node) => {
    const renamed = before.length + behind.length > 0 ? renameNode(node.proto, scope, renaming) : node.proto;
    const converted = nodeInFloat32(renamed);
    if (converted === node.proto) return node;
    changed = true;
    return new Node(converted);
  });
  for (const [name, weight] of initializers) changed ||= weight !== graph.initializers.get(name);
  if (!changed) return { graph, computed: (name) => name };
  const declared = new Map(
    [...graph.declared].map(([name, value]) => [
      name,
      isHalfType(value.type) ? { ...value, type: 'float32' as const } : value,
    ]),
  );
  return {
    graph: graph.with({ nodes: [...before, ...nodes, ...behind], initializers, declared }),
    computed: (name) => scope.get(name),
  };
}

function isOutput(graph: Graph, name: string): boolean {
  return graph.outputs.some((output) => output.name === name);
}

function isHalfType(type: string | undefined): boolean {
  return type === 'float16' || type === 'bfloat16';
}

function isHalfCode(code: number): boolean {
  return isHalfType(elementTypeOf(code));
}

function elementsOf(tensor: TensorProto): number {
  return tensor.dims.reduce((count, dim) => count * Number(dim), 1);
}

/** Undefined where the values lie in another file. */
function inFloat32(tensor: TensorProto): TensorProto | undefined {
  const constant = readTensor(tensor);
  return constant && writeTensor(tensor.name, { ...constant, type: 'float32' });
}

/** Each of these gives back what it got where nothing in it is of half precision. */
function nodeInFloat32(node: NodeProto): NodeProto {
  const attribute = mapped(node.attribute, attributeInFloat32);
  return attribute === node.attribute ? node : copyWith(NodeProtoSchema, node, { attribute });
}

function attributeInFloat32(entry: AttributeProto): AttributeProto {
  if (entry.t && isHalfCode(entry.t.dataType)) {
    const t = inFloat32(entry.t);
    return t ? copyWith(AttributeProtoSchema, entry, { t }) : entry;
  }
  if (typeAttributes.has(entry.name) && isHalfCode(Number(entry.i))) {
    return copyWith(AttributeProtoSchema, entry, { i: BigInt(DataType.FLOAT) });
  }
  const g = entry.g && bodyInFloat32(entry.g);
  const graphs = mapped(entry.graphs, bodyInFloat32);
  if (g === entry.g && graphs === entry.graphs) return entry;
  return copyWith(AttributeProtoSchema, entry, { ...(g && { g }), graphs });
}

function bodyInFloat32(body: GraphProto): GraphProto {
  const node = mapped(body.node, nodeInFloat32);
  const initializer = mapped(
    body.initializer,
    (tensor) => (isHalfCode(tensor.dataType) && inFloat32(tensor)) || tensor,
  );
  const input = mapped(body.input, infoInFloat32);
  const output = mapped(body.output, infoInFloat32);
  const same = node === body.node && initializer === body.initializer && input === body.input && output === body.output;
  return same ? body : copyWith(GraphProtoSchema, body, { node, initializer, input, output, valueInfo: [] });
}

function mapped<T>(list: T[], change: (item: T) => T): T[] {
  const result = list.map(change);
  return result.every((item, at) => item === list[at]) ? list : result;
}

function infoInFloat32(info: ValueInfoProto): ValueInfoProto {
  const { type } = info;
  if (type?.value.case !== 'tensorType' || !isHalfCode(type.value.value.elemType)) return info;
  const value = copyWith(TypeProto_TensorSchema, type.value.value, { elemType: DataType.FLOAT });
  return copyWith(ValueInfoProtoSchema, info, {
    type: copyWith(TypeProtoSchema, type, { value: { case: 'tensorType', value } }),
  });
}
