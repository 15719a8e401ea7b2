import { create } from '@bufbuild/protobuf';
import {
  AttributeProto_AttributeType as Kind,
  AttributeProtoSchema,
  NodeProtoSchema,
  type AttributeProto,
  type GraphProto,
  type NodeProto,
  type TensorProto,
} from 'onnx-buf';
import { errors } from './errors.ts';
import { toInt64 } from './tensor.ts';

const text = new TextDecoder();
const utf8 = new TextEncoder();

/** What an attribute may be given as; whole numbers become INT and INTS, other numbers need `{ float }` or `{ floats }`. */
export type AttributeInput =
  | number
  | string
  | readonly number[]
  | { readonly float: number }
  | { readonly floats: readonly number[] }
  | { readonly strings: readonly string[] }
  | { readonly tensor: TensorProto }
  | { readonly graph: GraphProto };

export type PlainAttribute = number | string | readonly number[] | readonly string[] | TensorProto;

export type AttributeInputs = Readonly<Record<string, AttributeInput>>;

/** One operation of a graph. Reading an attribute never fails silently: absent gives the default, another kind throws. */
export class Node {
  readonly proto: NodeProto;
  /** Tensors that the bodies of control flow read from outside. */
  readonly captures: readonly string[];

  constructor(proto: NodeProto) {
    this.proto = proto;
    this.captures = capturesOf(proto);
  }

  static of(
    operator: string,
    inputs: readonly string[],
    outputs: readonly string[],
    attributes: AttributeInputs = {},
    name = '',
    domain = '',
  ): Node {
    return new Node(
      create(NodeProtoSchema, {
        opType: operator,
        domain,
        name,
        input: [...inputs],
        output: [...outputs],
        attribute: Object.entries(attributes).map(([key, value]) => attribute(key, value)),
      }),
    );
  }

  /** The same operation with another name, other inputs, outputs or attributes; attributes that are not named are kept, `undefined` removes one. */
  with(change: {
    operator?: string;
    name?: string;
    inputs?: readonly string[];
    outputs?: readonly string[];
    attributes?: Readonly<Record<string, AttributeInput | undefined>>;
  }): Node {
    const { proto } = this;
    const attributes = change.attributes ?? {};
    return new Node(
      create(NodeProtoSchema, {
        opType: change.operator ?? proto.opType,
        domain: proto.domain,
        overload: proto.overload,
        name: change.name ?? proto.name,
        docString: proto.docString,
        metadataProps: proto.metadataProps,
        input: [...(change.inputs ?? proto.input)],
        output: [...(change.outputs ?? proto.output)],
        attribute: [
          ...proto.attribute.filter((entry) => !(entry.name in attributes)),
          ...Object.entries(attributes).flatMap(([key, value]) => (value === undefined ? [] : [attribute(key, value)])),
        ],
      }),
    );
  }

  get operator(): string {
    return this.proto.opType;
  }

  /** The empty string for the standard operators, under both spellings of their domain. */
  get domain(): string {
    return this.proto.domain === 'ai.onnx' ? '' : this.proto.domain;
  }

  /** The node's name, or its first output's where it has none. */
  get name(): string {
    return this.proto.name || this.proto.output[0] || this.proto.opType;
  }

  get inputs(): readonly string[] {
    return this.proto.input;
  }

  get outputs(): readonly string[] {
    return this.proto.output;
  }

  has(name: string): boolean {
    return this.find(name) !== undefined;
  }

  int(name: string): number | undefined;
  int(name: string, fallback: number): number;
  int(name: string, fallback?: number): number | undefined {
    const found = this.find(name, Kind.INT);
    return found ? Number(found.i) : fallback;
  }

  float(name: string): number | undefined;
  float(name: string, fallback: number): number;
  float(name: string, fallback?: number): number | undefined {
    return this.find(name, Kind.FLOAT)?.f ?? fallback;
  }

  string(name: string): string | undefined;
  string(name: string, fallback: string): string;
  string(name: string, fallback?: string): string | undefined {
    const found = this.find(name, Kind.STRING);
    return found ? text.decode(found.s) : fallback;
  }

  ints(name: string): readonly number[] | undefined;
  ints(name: string, fallback: readonly number[]): readonly number[];
  ints(name: string, fallback?: readonly number[]): readonly number[] | undefined {
    return this.find(name, Kind.INTS)?.ints.map(Number) ?? fallback;
  }

  floats(name: string): readonly number[] | undefined;
  floats(name: string, fallback: readonly number[]): readonly number[];
  floats(name: string, fallback?: readonly number[]): readonly number[] | undefined {
    return this.find(name, Kind.FLOATS)?.floats ?? fallback;
  }

  strings(name: string): readonly string[] | undefined {
    return this.find(name, Kind.STRINGS)?.strings.map((bytes) => text.decode(bytes));
  }

  tensor(name: string): TensorProto | undefined {
    return this.find(name, Kind.TENSOR)?.t;
  }

  graph(name: string): GraphProto | undefined {
    return this.find(name, Kind.GRAPH)?.g;
  }

  /** Every attribute that is a number, a text, a list of them or a tensor. */
  attributes(): readonly { readonly name: string; readonly value: PlainAttribute }[] {
    return this.proto.attribute.flatMap(({ name, type }) => {
      const value = this.plain(name, type);
      return value === undefined ? [] : [{ name, value }];
    });
  }

  private plain(name: string, kind: Kind): PlainAttribute | undefined {
    switch (kind) {
      case Kind.INT:
        return this.int(name);
      case Kind.FLOAT:
        return this.float(name);
      case Kind.STRING:
        return this.string(name);
      case Kind.INTS:
        return this.ints(name);
      case Kind.FLOATS:
        return this.floats(name);
      case Kind.STRINGS:
        return this.strings(name);
      case Kind.TENSOR:
        return this.tensor(name);
      default:
        return undefined;
    }
  }

  private find(name: string, kind?: Kind): AttributeProto | undefined {
    const found = this.proto.attribute.find((entry) => entry.name === name);
    // Files of the first ONNX versions leave the kind out.
    if (found && kind !== undefined && found.type !== kind && found.type !== Kind.UNDEFINED) {
      throw errors.malformed(
        `attribute "${name}" of ${this.operator} is of another kind than the operator defines`,
        `${Kind[found.type]} in node "${this.name}"`,
      );
    }
    return found;
  }
}

function attribute(name: string, value: AttributeInput): AttributeProto {
  if (typeof value === 'number') return create(AttributeProtoSchema, { name, type: Kind.INT, i: toInt64(value) });
  if (typeof value === 'string') return create(AttributeProtoSchema, { name, type: Kind.STRING, s: encodeText(value) });
  if ('float' in value) return create(AttributeProtoSchema, { name, type: Kind.FLOAT, f: value.float });
  if ('floats' in value) return create(AttributeProtoSchema, { name, type: Kind.FLOATS, floats: [...value.floats] });
  if ('strings' in value) {
    return create(AttributeProtoSchema, { name, type: Kind.STRINGS, strings: value.strings.map(encodeText) });
  }
  if ('tensor' in value) return create(AttributeProtoSchema, { name, type: Kind.TENSOR, t: value.tensor });
  if ('graph' in value) return create(AttributeProtoSchema, { name, type: Kind.GRAPH, g: value.graph });
  return create(AttributeProtoSchema, { name, type: Kind.INTS, ints: value.map(toInt64) });
}

/** The bodies of a control-flow node. */
export function bodiesOf(proto: NodeProto): readonly GraphProto[] {
  return proto.attribute.flatMap((entry) => [...(entry.g ? [entry.g] : []), ...entry.graphs]);
}

function capturesOf(proto: NodeProto): readonly string[] {
  const bodies = bodiesOf(proto);
  return bodies.length === 0 ? [] : [...new Set(bodies.flatMap(readFromOutside))];
}

/** The tensors from around a body that its nodes read or that it hands out. */
export function readFromOutside(body: GraphProto): readonly string[] {
  const defined = new Set([...body.input.map((v) => v.name), ...body.initializer.map((t) => t.name)]);
  const free: string[] = [];
  for (const node of body.node) {
    for (const name of [...node.input, ...capturesOf(node)]) if (name && !defined.has(name)) free.push(name);
    for (const name of node.output) defined.add(name);
  }
  for (const { name } of body.output) if (!defined.has(name)) free.push(name);
  return free;
}

function encodeText(value: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(utf8.encode(value));
}
