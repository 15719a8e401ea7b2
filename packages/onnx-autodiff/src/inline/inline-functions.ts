import { create } from '@bufbuild/protobuf';
import {
  AttributeProtoSchema,
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  type AttributeProto,
  type FunctionProto,
  type GraphProto,
  type NodeProto,
} from 'onnx-buf';
import { copyWith } from '../copy-with.ts';
import { errors } from '../errors.ts';
import type { Graph } from '../graph.ts';
import { checkFunctions } from '../limits/check-functions.ts';
import { bodiesOf, Node } from '../node.ts';
import { upgradeRules } from '../upgrade/index.ts';
import { functionKey, isStandardDomain } from './function-key.ts';
import { Names, Scope } from './names.ts';
import { renameNode } from './rename.ts';

/** Operators whose form or meaning changed after the opset that graphs are raised to. */
const changedLater = [
  { operator: 'GridSample', changedIn: 20 },
  { operator: 'GroupNormalization', changedIn: 21 },
];

/**
 * The same model without model-local functions: each call is replaced by the function's nodes. Tensors of the model keep
 * their names, those inside a function are named after the call. Throws ONNX_MALFORMED where a function calls itself,
 * ONNX_TOO_LARGE where they unfold without end, and ONNX_UPGRADE where a function reads an operator in the form of another opset than the model's.
 */
export function inlineFunctions(graph: Graph): Graph {
  if (graph.functions.length === 0) return graph;
  checkFunctions(
    graph.nodes.map(({ proto }) => proto),
    graph.functions,
  );
  const inlining = new Inlining(graph);
  const nodes = graph.nodes.flatMap((node) => inlining.expand(node.proto).map((proto) => new Node(proto)));
  const { opsetImport } = graph.header;
  const imported = new Set(opsetImport.map(({ domain }) => domain));
  const missing = graph.functions
    .flatMap((each) => each.opsetImport)
    .filter(({ domain }) => domain !== 'ai.onnx' && !imported.has(domain) && imported.add(domain));
  return graph.with({
    nodes,
    header: copyWith(ModelProtoSchema, graph.header, { functions: [], opsetImport: [...opsetImport, ...missing] }),
  });
}

class Inlining {
  private readonly names: Names;
  private readonly opset: number;
  private readonly functions: ReadonlyMap<string, FunctionProto>;
  private readonly checked = new Set<FunctionProto>();

  constructor(graph: Graph) {
    this.names = new Names(graph);
    this.opset = graph.opset;
    this.functions = new Map(graph.functions.map((each) => [functionKey(each.domain, each.name, each.overload), each]));
  }

  expand(node: NodeProto): readonly NodeProto[] {
    const called = this.functions.get(functionKey(node.domain, node.opType, node.overload));
    if (!called) return [this.withExpandedBodies(node)];
    this.checkOpset(called);
    return this.body(node, called).flatMap((inner) => this.expand(inner));
  }

  /** The nodes of a function in the names of one call of it. */
  private body(call: NodeProto, called: FunctionProto): readonly NodeProto[] {
    const prefix = call.name || called.name;
    const define = (name: string) => this.names.fresh(`${prefix}/${name}`);
    const scope = new Scope();
    called.input.forEach((name, at) => scope.set(name, call.input[at] ?? ''));
    const copies: (readonly [from: string, to: string])[] = [];
    called.output.forEach((name, at) => {
      const wanted = call.output[at];
      // A function may hand an input, or one tensor twice, straight out.
      if (wanted && scope.has(name)) copies.push([name, wanted]);
      else scope.set(name, wanted || define(name));
    });
    const referenced = (attribute: AttributeProto) => {
      const isNamed = ({ name }: AttributeProto) => name === attribute.refAttrName;
      const given = call.attribute.find(isNamed) ?? called.attributeProto.find(isNamed);
      return given && copyWith(AttributeProtoSchema, given, { name: attribute.name });
    };
    const nodes = called.node.map((node) => {
      const inner = renameNode(node, scope, { define, referenced });
      inner.name = this.names.node(`${prefix}/${node.name || node.opType}`);
      const known = new Set(inner.metadataProps.map(({ key }) => key));
      inner.metadataProps = [...inner.metadataProps, ...call.metadataProps.filter(({ key }) => !known.has(key))];
      return inner;
    });
    const copied = copies.map(([from, to]) =>
      create(NodeProtoSchema, {
        opType: 'Identity',
        name: this.names.node(`${prefix}/Identity`),
        input: [scope.get(from)],
        output: [to],
        metadataProps: call.metadataProps,
      }),
    );
    return [...nodes, ...copied];
  }

  private withExpandedBodies(node: NodeProto): NodeProto {
    if (bodiesOf(node).length === 0) return node;
    const expanded = (body: GraphProto) =>
      copyWith(GraphProtoSchema, body, { node: body.node.flatMap((inner) => this.expand(inner)) });
    const attribute = node.attribute.map((entry) =>
      copyWith(AttributeProtoSchema, entry, {
        ...(entry.g && { g: expanded(entry.g) }),
        graphs: entry.graphs.map(expanded),
      }),
    );
    return copyWith(NodeProtoSchema, node, { attribute });
  }

  private checkOpset(called: FunctionProto): void {
    if (this.checked.has(called)) return;
    this.checked.add(called);
    const version = called.opsetImport.find(({ domain }) => isStandardDomain(domain))?.version;
    if (version === undefined || Number(version) === this.opset) return;
    const [low, high] = [Number(version), this.opset].sort((a, b) => a - b) as [number, number];
    const changed = new Set(
      [...upgradeRules, ...changedLater]
        .filter(({ changedIn }) => changedIn > low && changedIn <= high)
        .map(({ operator }) => operator),
    );
    const inOtherForm = (node: NodeProto): NodeProto | undefined =>
      isStandardDomain(node.domain) && changed.has(node.opType)
        ? node
        : bodiesOf(node)
            .flatMap((body) => body.node)
            .map(inOtherForm)
            .find(Boolean);
    const found = called.node.map(inOtherForm).find(Boolean);
    if (!found) return;
    throw errors.upgrade(
      found.opType,
      found.name || found.opType,
      `function "${called.name}" in opset ${version}, in a model of opset ${this.opset}`,
      'functions and model in one opset where an operator changed between the two',
    );
  }
}
