import {
  AttributeProtoSchema,
  GraphProtoSchema,
  NodeProtoSchema,
  TensorProtoSchema,
  ValueInfoProtoSchema,
  type AttributeProto,
  type GraphProto,
  type NodeProto,
} from 'onnx-buf';
import { copyWith } from '../copy-with.ts';
import { definedIn, Scope } from './names.ts';

export interface Renaming {
  /** The new name of a tensor that a node or a body defines. */
  define(name: string): string;
  /** The attribute that a reference to an attribute of the enclosing function stands for; undefined where it is left out. */
  referenced(attribute: AttributeProto): AttributeProto | undefined;
}

/** A node with its tensors renamed, its bodies included; outputs that the scope does not know yet are defined in it. */
export function renameNode(node: NodeProto, scope: Scope, renaming: Renaming): NodeProto {
  const input = node.input.map((name) => name && scope.get(name));
  for (const name of node.output) if (name && !scope.has(name)) scope.set(name, renaming.define(name));
  const attribute = node.attribute.flatMap((entry) => {
    const value = entry.refAttrName ? renaming.referenced(entry) : entry;
    if (!value) return [];
    if (!value.g && value.graphs.length === 0) return [value];
    return [
      copyWith(AttributeProtoSchema, value, {
        ...(value.g && { g: renameBody(value.g, scope, renaming) }),
        graphs: value.graphs.map((body) => renameBody(body, scope, renaming)),
      }),
    ];
  });
  return copyWith(NodeProtoSchema, node, {
    input,
    output: node.output.map((name) => name && scope.get(name)),
    attribute,
  });
}

/** A body with its tensors renamed; what it reads from around it has the name that the scope gives. */
export function renameBody(body: GraphProto, around: Scope, renaming: Renaming): GraphProto {
  const scope = new Scope(around);
  for (const name of definedIn(body)) scope.set(name, renaming.define(name));
  return copyWith(GraphProtoSchema, body, {
    input: body.input.map((info) => copyWith(ValueInfoProtoSchema, info, { name: scope.get(info.name) })),
    initializer: body.initializer.map((tensor) =>
      copyWith(TensorProtoSchema, tensor, { name: scope.get(tensor.name) }),
    ),
    node: body.node.map((node) => renameNode(node, scope, renaming)),
    output: body.output.map((info) => copyWith(ValueInfoProtoSchema, info, { name: scope.get(info.name) })),
    valueInfo: [],
  });
}
