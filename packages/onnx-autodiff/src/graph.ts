import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import {
  GraphProtoSchema,
  ModelProtoSchema,
  StringStringEntryProtoSchema,
  TensorProto_DataLocation,
  TensorProtoSchema,
  ValueInfoProtoSchema,
  type FunctionProto,
  type GraphProto,
  type ModelProto,
  type NodeProto,
  type TensorProto,
  type ValueInfoProto,
} from 'onnx-buf';
import { constantOf } from './attributes/constant-of.ts';
import { copyWith } from './copy-with.ts';
import { AutodiffError, errors } from './errors.ts';
import { checkFunctions } from './limits/check-functions.ts';
import { checkLoops } from './limits/check-loops.ts';
import { checkTensors } from './limits/check-tensors.ts';
import { limits } from './limits/limits.ts';
import { externalEntry, tensorsOf, type GraphPart } from './limits/tensors-of.ts';
import { bodiesOf, Node } from './node.ts';
import { readTensor, type Constant } from './tensor.ts';
import { dataTypeOf, elementTypeOf, sizeOf, type Dim, type Shape, type Value } from './types.ts';
import { concatBytes, fieldHeader, fieldsOf } from './wire.ts';

export const oldestOpset = 7;
export const newestOpset = 26;

/** A graph in an attribute in a node each. */
const deepestNesting = limits.nesting;
const tooDeep = 'its control flow is nested too deeply';

const graphField = 7;
const initializerField = 5;

/** What is known of tensors before a model runs. */
export interface Sizes {
  value(name: string): Value;
}

/** A weight of the model: its message, and its bytes in the file where it came from one, so that it is never encoded again. */
export interface Initializer {
  readonly proto: TensorProto;
  readonly encoded?: Uint8Array;
}

export interface GraphParts {
  readonly header: ModelProto;
  readonly name: string;
  readonly opset: number;
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  readonly nodes: readonly Node[];
  readonly initializers: ReadonlyMap<string, Initializer>;
  /** What the file says of its intermediate tensors; the inference starts from it. */
  readonly declared: ReadonlyMap<string, Value>;
  /** Reads weights that lie in other files, where they can be read; `constant` needs it for them. */
  readonly readExternal?: ReadExternal | undefined;
}

/** `length` bytes from `offset` of the file that a model names; undefined where they are not there. */
export type ReadExternal = (location: string, offset: number, length: number) => Uint8Array | undefined;

/** A tensor whose data lies in another file. */
export interface ExternalTensor {
  readonly name: string;
  /** The relative path of that file. */
  readonly location: string;
  /** How many bytes of it the tensor takes. */
  readonly bytes: number;
  /** Where in the file they end. */
  readonly end: number;
}

/** A parsed ONNX model: one graph, its nodes in an order in which they can run. */
export class Graph implements GraphParts {
  readonly header: ModelProto;
  readonly name: string;
  readonly opset: number;
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  readonly nodes: readonly Node[];
  readonly initializers: ReadonlyMap<string, Initializer>;
  readonly declared: ReadonlyMap<string, Value>;
  readonly readExternal: ReadExternal | undefined;
  private readonly producers: ReadonlyMap<string, number>;
  private readonly inputNames: ReadonlySet<string>;

  constructor(parts: GraphParts) {
    this.header = parts.header;
    this.name = parts.name;
    this.opset = parts.opset;
    this.inputs = parts.inputs;
    this.outputs = parts.outputs;
    this.initializers = parts.initializers;
    this.declared = parts.declared;
    this.readExternal = parts.readExternal;
    this.nodes = inExecutionOrder(
      parts.nodes,
      new Set([...parts.inputs.map((input) => input.name), ...parts.initializers.keys()]),
    );
    this.inputNames = new Set(parts.inputs.map((input) => input.name));
    this.producers = new Map(this.nodes.flatMap((node, at) => node.outputs.filter(Boolean).map((name) => [name, at])));
    for (const { name } of this.outputs) {
      if (!this.isDefined(name)) throw errors.malformed('an output is never computed', `output "${name}"`);
    }
  }

  with(change: Partial<GraphParts>): Graph {
    return new Graph({ ...this.parts(), ...change });
  }

  /** The same model for one batch size, where the first dimension of its inputs is open: sizes that are known ahead make quicker graphs. */
  withBatch(size: number): Graph {
    const open = new Set(this.inputs.map(({ shape }) => shape?.[0]).filter((dim) => typeof dim === 'string'));
    return this.withSizes(new Map(Array.from(open, (dim) => [dim, size])));
  }

  /** The same model with open sizes of its inputs filled in, by their names. */
  withSizes(sizes: ReadonlyMap<string, number>): Graph {
    if (sizes.size === 0) return this;
    const fix = (value: Value): Value =>
      value.shape?.some((dim) => sizes.has(dim as string))
        ? { ...value, shape: value.shape.map((dim) => sizes.get(dim as string) ?? dim) }
        : value;
    const declared = new Map([...this.declared].map(([name, value]) => [name, fix(value)]));
    return this.with({ inputs: this.inputs.map(fix), outputs: this.outputs.map(fix), declared });
  }

  get functions(): readonly FunctionProto[] {
    return this.header.functions;
  }

  /** The node that computes a tensor, as its place in `nodes`; undefined for inputs and weights. */
  producerOf(name: string): number | undefined {
    return this.producers.get(name);
  }

  isDefined(name: string): boolean {
    return this.producers.has(name) || this.initializers.has(name) || this.inputNames.has(name);
  }

  /** The value of a weight or Constant node; undefined for computed tensors and for data in other files. */
  constant(name: string): Constant | undefined {
    const initializer = this.initializers.get(name);
    if (initializer) return readTensor(this.withData(initializer.proto) ?? initializer.proto);
    const at = this.producers.get(name);
    return at === undefined ? undefined : constantOf(this.nodes[at]!);
  }

  /** The relative paths of the files that hold weights outside the model file. */
  get externalFiles(): readonly string[] {
    return [...new Set(this.externalTensors.map(({ location }) => location))];
  }

  /** Every tensor whose data lies outside the model file, those of bodies and attributes too. */
  get externalTensors(): readonly ExternalTensor[] {
    const parts: readonly GraphPart[] = [
      {
        initializer: [...this.initializers.values()].map(({ proto }) => proto),
        node: this.nodes.map(({ proto }) => proto),
      },
      ...this.functions,
    ];
    return [...tensorsOf(parts)].flatMap((proto) => {
      if (proto.dataLocation !== TensorProto_DataLocation.EXTERNAL) return [];
      const type = elementTypeOf(proto.dataType);
      const size = (type && sizeOf(type)) ?? 0;
      const bytes = proto.dims.reduce((count, dim) => count * Number(dim), size);
      const [offset, length] = ['offset', 'length'].map((key) => externalEntry(proto, key));
      const own = Number(length ?? bytes);
      const location = externalEntry(proto, 'location') ?? '';
      return [{ name: proto.name, location, bytes: own, end: Number(offset ?? 0) + own }];
    });
  }

  /** The same model with weights of other files looked for under other paths. */
  withLocations(moved: ReadonlyMap<string, string>): Graph {
    if (moved.size === 0) return this;
    const initializers = new Map(this.initializers);
    for (const [name, { proto }] of this.initializers) {
      const to = moved.get(externalEntry(proto, 'location') ?? '');
      if (to === undefined || proto.dataLocation !== TensorProto_DataLocation.EXTERNAL) continue;
      const externalData = proto.externalData.map((entry) =>
        entry.key === 'location' ? copyWith(StringStringEntryProtoSchema, entry, { value: to }) : entry,
      );
      initializers.set(name, { proto: copyWith(TensorProtoSchema, proto, { externalData }) });
    }
    return this.with({ initializers });
  }

  /** The same model with the weights of other files inside; `files` maps the relative paths of `externalFiles` to their bytes. */
  withExternalData(files: Readonly<Record<string, Uint8Array>>): Graph {
    return this.with({
      readExternal: (location, offset, length) => {
        const file = Object.hasOwn(files, location) ? files[location] : undefined;
        return file && offset + length <= file.length ? file.subarray(offset, offset + length) : undefined;
      },
    }).embedded();
  }

  /** The same model with all of its weights inside; throws ONNX_TRUNCATED where one cannot be read. */
  embedded(): Graph {
    const initializers = new Map(this.initializers);
    for (const [name, { proto }] of this.initializers) {
      if (proto.dataLocation !== TensorProto_DataLocation.EXTERNAL) continue;
      const inside = this.withData(proto);
      if (!inside)
        throw errors.truncated(`weight "${name}" outside the file "${externalEntry(proto, 'location') ?? ''}"`);
      initializers.set(name, { proto: inside });
    }
    return this.with({ initializers });
  }

  /** A weight with its data inside; undefined where that lies in another file that cannot be read. */
  private withData(proto: TensorProto): TensorProto | undefined {
    if (proto.dataLocation !== TensorProto_DataLocation.EXTERNAL) return proto;
    const type = elementTypeOf(proto.dataType);
    const size = type && sizeOf(type);
    const offset = Number(externalEntry(proto, 'offset') ?? 0);
    const stated = externalEntry(proto, 'length');
    const elements = proto.dims.reduce((count, dim) => count * Number(dim), 1);
    const length = stated === undefined ? elements * (size ?? NaN) : Number(stated);
    const fits = Number.isSafeInteger(offset) && Number.isSafeInteger(length) && offset >= 0 && length >= 0;
    const rawData = fits ? this.readExternal?.(externalEntry(proto, 'location') ?? '', offset, length) : undefined;
    if (rawData?.length !== length) return undefined;
    const { name, dims, dataType } = proto;
    return create(TensorProtoSchema, { name, dims, dataType, rawData: rawData as Uint8Array<ArrayBuffer> });
  }

  /**
   * The model as a file. Nodes that nothing asked for depends on are left out, and so are their weights. Sizes of what nodes compute are written where
   * `sizes` knows them, from one inference over this very graph: a runtime that is told which are the same plans the memory of large graphs in half the time.
   */
  encode(sizes?: Sizes): Uint8Array<ArrayBuffer> {
    const { nodes, used } = this.needed();
    const fresh: TensorProto[] = [];
    const kept: Uint8Array[] = [];
    for (const [name, { proto, encoded }] of this.initializers) {
      if (!used.has(name)) continue;
      if (encoded) kept.push(encoded);
      else fresh.push(proto);
    }
    const graph = toBinary(
      GraphProtoSchema,
      create(GraphProtoSchema, {
        name: this.name,
        node: nodes.map((node) => node.proto),
        input: this.inputs.map(toValueInfo),
        output: this.outputs.map(toValueInfo),
        valueInfo: sizes === undefined ? [] : this.announced(nodes, sizes),
        initializer: fresh,
      }),
    );
    const header = create(ModelProtoSchema, {
      irVersion: this.header.irVersion < 4n ? 4n : this.header.irVersion,
      producerName: this.header.producerName,
      producerVersion: this.header.producerVersion,
      domain: this.header.domain,
      modelVersion: this.header.modelVersion,
      docString: this.header.docString,
      metadataProps: this.header.metadataProps,
      functions: this.header.functions,
      opsetImport: [
        { domain: '', version: BigInt(this.opset) },
        ...this.header.opsetImport.filter(({ domain }) => domain !== '' && domain !== 'ai.onnx'),
      ],
    });
    const length = kept.reduce((total, part) => total + part.length, graph.length);
    return concatBytes([toBinary(ModelProtoSchema, header), fieldHeader(graphField, length), graph, ...kept]);
  }

  /** What the nodes compute, with short names for sizes that are only known when the model runs. */
  private announced(nodes: readonly Node[], sizes: Sizes): ValueInfoProto[] {
    const outputs = new Set(this.outputs.map(({ name }) => name));
    const own = new Set(this.inputs.flatMap(({ shape }) => shape ?? []));
    const names = new Map<Dim, string>();
    const nameOf = (dim: Dim) => {
      if (typeof dim === 'number' || own.has(dim)) return dim;
      const name = names.get(dim) ?? `size.${names.size}`;
      names.set(dim, name);
      return name;
    };
    return nodes.flatMap((node) =>
      node.outputs.flatMap((name) => {
        const { type, shape } = sizes.value(name);
        if (name === '' || outputs.has(name) || type === undefined || shape === undefined) return [];
        return [toValueInfo({ name, type, shape: shape.map(nameOf) })];
      }),
    );
  }

  private needed(): { nodes: readonly Node[]; used: ReadonlySet<string> } {
    const used = new Set(this.outputs.map((output) => output.name));
    const nodes: Node[] = [];
    for (let at = this.nodes.length - 1; at >= 0; at -= 1) {
      const node = this.nodes[at]!;
      if (!node.outputs.some((name) => used.has(name))) continue;
      nodes.push(node);
      for (const name of [...node.inputs, ...node.captures]) used.add(name);
    }
    return { nodes: nodes.reverse(), used };
  }

  private parts(): GraphParts {
    const { header, name, opset, inputs, outputs, nodes, initializers, declared, readExternal } = this;
    return { header, name, opset, inputs, outputs, nodes, initializers, declared, readExternal };
  }
}

/** Reads a serialised ModelProto; throws ONNX_NOT_A_MODEL, ONNX_TRUNCATED, ONNX_OPSET or ONNX_MALFORMED. */
export function parseModel(bytes: Uint8Array): Graph {
  if (bytes.length === 0) throw errors.notOnnx('an empty file');
  let model: ModelProto;
  const encoded: Uint8Array[] = [];
  const start = describeStart(bytes);
  try {
    const fields = fieldsOf(bytes);
    model = fromBinary(ModelProtoSchema, bytes, { recursionLimit: 3 * deepestNesting + 10 });
    for (const field of fields) {
      if (field.number !== graphField || field.wireType !== 2) continue;
      for (const { number, wireType, whole } of fieldsOf(field.payload)) {
        if (number === initializerField && wireType === 2) encoded.push(whole);
      }
    }
  } catch (cause) {
    if (/recursion depth/.test(String(cause)) && looksLikeOnnx(bytes)) {
      throw errors.malformed(tooDeep, `bodies more than ${deepestNesting} deep`, cause);
    }
    if (looksLikeOnnx(bytes)) {
      const isOurs = cause instanceof AutodiffError && cause.code === 'ONNX_TRUNCATED';
      throw isOurs ? cause : errors.truncated(`${bytes.length} bytes that stop inside a field`, cause);
    }
    throw errors.notOnnx(start, cause);
  }
  const graph = model.graph;
  if (!graph || model.opsetImport.length === 0 || (graph.node.length === 0 && graph.output.length === 0)) {
    if (looksLikeOnnx(bytes) && model.irVersion > 0n)
      throw errors.truncated(`${bytes.length} bytes without a whole graph`);
    throw errors.notOnnx(start);
  }
  const version = model.opsetImport.find(({ domain }) => domain === '' || domain === 'ai.onnx')?.version;
  const opset = version === undefined ? undefined : Number(version);
  if (opset === undefined || opset < oldestOpset || opset > newestOpset)
    throw errors.opset(opset, oldestOpset, newestOpset);
  if (graph.output.length === 0) throw errors.malformed('it has no outputs', `graph "${graph.name}"`);
  checkNesting(graph);
  checkNames('inputs', graph.input);
  checkNames('weights', graph.initializer);
  checkNames('outputs', graph.output);
  checkTensors([graph, ...model.functions]);
  checkFunctions(graph.node, model.functions);
  checkLoops(graph, model.functions);
  if (graph.sparseInitializer.length > 0) {
    const name = graph.sparseInitializer[0]!.values?.name ?? '';
    throw errors.unsupported('sparse weights', `sparse initializer "${name}"`, 'weights as ordinary tensors');
  }
  leaveOutEmptyEnds([graph, ...model.functions]);
  const initializers = new Map<string, Initializer>();
  graph.initializer.forEach((proto, at) => {
    const whole = encoded[at];
    initializers.set(proto.name, whole ? { proto, encoded: whole } : { proto });
  });
  return new Graph({
    header: copyWith(ModelProtoSchema, model, { graph: undefined }),
    name: graph.name || 'graph',
    opset,
    // Files of IR 3 and older list every weight among the inputs.
    inputs: graph.input.filter(({ name }) => !initializers.has(name)).map(fromValueInfo),
    outputs: graph.output.map(fromValueInfo),
    nodes: graph.node.map((proto) => new Node(proto)),
    initializers,
    declared: new Map(graph.valueInfo.map((info) => [info.name, fromValueInfo(info)])),
  });
}

/** Operators whose least number of inputs counts ones that may be empty. */
const counted = new Set(['Loop', 'Resize']);

/**
 * Takes empty names off the ends of inputs, in bodies too: they mean what leaving them out means, and optimisers of ONNX Runtime read
 * beyond their memory where such an input is the last.
 */
function leaveOutEmptyEnds(parts: readonly { readonly node: readonly NodeProto[] }[]): void {
  const waiting = [...parts];
  for (let part = waiting.pop(); part; part = waiting.pop()) {
    for (const node of part.node) {
      while (!counted.has(node.opType) && node.input.at(-1) === '') node.input.pop();
      for (const body of bodiesOf(node)) waiting.push(body);
    }
  }
}

/** Throws ONNX_TOO_LARGE for sizes that no number holds. */
export function fromValueInfo(info: ValueInfoProto): Value {
  const tensor = info.type?.value.case === 'tensorType' ? info.type.value.value : undefined;
  const shape: Shape = tensor?.shape?.dim.map(({ value }, axis): Dim => {
    if (value.case === 'dimValue' && value.value > BigInt(Number.MAX_SAFE_INTEGER)) {
      throw errors.tooLarge(`a size of "${info.name}"`, `${value.value}`, `${Number.MAX_SAFE_INTEGER}`);
    }
    // Sizes of zero and below are what some exporters write for one that is open.
    if (value.case === 'dimValue' && value.value > 0n) return Number(value.value);
    return (value.case === 'dimParam' && value.value) || `${info.name}.${axis}`;
  });
  return { name: info.name, type: tensor ? elementTypeOf(tensor.elemType) : undefined, shape };
}

/** The same as a message. */
export function toValueInfo({ name, type, shape }: Value): ValueInfoProto {
  const dim = (size: Dim) =>
    typeof size === 'number'
      ? { value: { case: 'dimValue' as const, value: BigInt(size) } }
      : { value: { case: 'dimParam' as const, value: size } };
  return create(ValueInfoProtoSchema, {
    name,
    ...(type && {
      type: {
        value: {
          case: 'tensorType',
          value: { elemType: dataTypeOf(type), ...(shape && { shape: { dim: shape.map(dim) } }) },
        },
      },
    }),
  });
}

/** Kahn's algorithm, first come first served, so that a graph in order stays as it is; throws for cycles and undefined tensors. */
function inExecutionOrder(nodes: readonly Node[], given: ReadonlySet<string>): readonly Node[] {
  const producer = new Map<string, number>();
  nodes.forEach((node, at) => {
    for (const name of node.outputs) {
      if (!name) continue;
      if (producer.has(name) || given.has(name))
        throw errors.malformed('a tensor has two producers', `tensor "${name}"`);
      producer.set(name, at);
    }
  });
  const waiting = new Int32Array(nodes.length);
  const consumers: number[][] = nodes.map(() => []);
  let inOrder = true;
  nodes.forEach((node, at) => {
    for (const name of new Set([...node.inputs, ...node.captures])) {
      if (!name || given.has(name)) continue;
      const from = producer.get(name);
      if (from === undefined)
        throw errors.malformed('a tensor is used that nothing computes', `tensor "${name}" in node "${node.name}"`);
      if (from >= at) inOrder = false;
      waiting[at]! += 1;
      consumers[from]!.push(at);
    }
  });
  if (inOrder) return nodes;
  const order: number[] = [];
  nodes.forEach((_, at) => waiting[at] === 0 && order.push(at));
  for (let next = 0; next < order.length; next += 1) {
    for (const at of consumers[order[next]!]!) if (--waiting[at]! === 0) order.push(at);
  }
  if (order.length < nodes.length) {
    const stuck = nodes[waiting.findIndex((count) => count > 0)]!;
    throw errors.malformed('it has a cycle', `through node "${stuck.name}"`);
  }
  return order.map((at) => nodes[at]!);
}

function checkNames(what: string, named: readonly { readonly name: string }[]): void {
  const seen = new Set<string>();
  for (const { name } of named) {
    if (seen.has(name)) throw errors.malformed(`two of its ${what} have one name`, `"${name}"`);
    seen.add(name);
  }
}

/** Bodies are walked by functions that call themselves, so their depth must be bounded. */
function checkNesting(graph: GraphProto): void {
  let level: readonly GraphProto[] = [graph];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > deepestNesting) throw errors.malformed(tooDeep, `bodies more than ${deepestNesting} deep`);
    level = level.flatMap((body) => body.node.flatMap(bodiesOf));
  }
}

function looksLikeOnnx(bytes: Uint8Array): boolean {
  // ir_version (field 1, varint) of a sane size comes first in what every exporter writes, then another field of ModelProto.
  return (
    bytes.length >= 3 &&
    bytes[0] === 0x08 &&
    bytes[1]! >= 3 &&
    bytes[1]! <= 20 &&
    [0x12, 0x1a, 0x22, 0x3a, 0x42, 0x28, 0x32].includes(bytes[2]!)
  );
}

function describeStart(bytes: Uint8Array): string {
  const head = bytes.subarray(0, 16);
  const printable = head.every((byte) => (byte >= 32 && byte < 127) || byte === 9 || byte === 10 || byte === 13);
  const shown = printable
    ? JSON.stringify(new TextDecoder().decode(head))
    : [...head].map((b) => b.toString(16).padStart(2, '0')).join(' ');
  return `${bytes.length} bytes that begin with ${shown}`;
}
