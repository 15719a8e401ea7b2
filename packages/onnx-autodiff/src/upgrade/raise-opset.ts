import {
  AttributeProtoSchema,
  GraphProtoSchema,
  NodeProtoSchema,
  TensorProto_DataType,
  type GraphProto,
  type NodeProto,
} from 'onnx-buf';
import { copyWith } from '../copy-with.ts';
import { fromValueInfo, type Graph } from '../graph.ts';
import { bodiesOf, Node, type AttributeInputs } from '../node.ts';
import { Inference } from '../shapes/inference.ts';
import { readTensor, writeTensor } from '../tensor.ts';
import { elementTypeOf, type ElementType } from '../types.ts';
import type { UpgradeContext, UpgradeRule } from './upgrade-rule.ts';
import { upgradeRules } from './upgrade-rules.ts';

/** The opset that every graph has at least before rules read it; newer ones stay as they are. */
export const workingOpset = 18;

const rulesByOperator = new Map<string, readonly UpgradeRule[]>();
for (const rule of upgradeRules) {
  rulesByOperator.set(rule.operator, [...(rulesByOperator.get(rule.operator) ?? []), rule]);
}

/**
 * The same model in opset 18 or later, so that every gradient and shape rule reads one form of its operator.
 * Tensor names stay; operators that did not change between the opsets are not touched. Throws ONNX_UPGRADE.
 */
export function raiseOpset(graph: Graph): Graph {
  if (graph.opset >= workingOpset) return graph;
  return graph.with({ nodes: new Raising(graph).raised(graph.nodes), opset: workingOpset });
}

class Raising {
  private readonly from: number;
  private readonly floatType: ElementType;
  private readonly taken: Set<string>;
  private readonly used: Set<string>;
  /** Follows the nodes as they are written, in their new form. */
  private readonly inference: Inference;

  constructor(graph: Graph) {
    this.from = graph.opset;
    this.floatType = floatTypeOf(graph);
    this.taken = new Set([...graph.inputs.map((input) => input.name), ...graph.initializers.keys()]);
    this.used = new Set(graph.outputs.map((output) => output.name));
    for (const node of graph.nodes) this.note(node.proto);
    this.inference = new Inference(graph.with({ nodes: [], outputs: [] }));
  }

  raised(nodes: readonly Node[]): readonly Node[] {
    return nodes.flatMap((original) => {
      const node = this.withRaisedBodies(original);
      const rules = node.domain === '' ? (rulesByOperator.get(node.operator) ?? []) : [];
      const due = rules.filter((rule) => rule.changedIn > this.from).sort((a, b) => a.changedIn - b.changedIn);
      // An operator that changed twice passes both rules in order.
      const written = due.reduce<readonly Node[]>(
        (list, rule) => list.flatMap((each) => (each.operator === rule.operator ? this.applied(rule, each) : [each])),
        [node],
      );
      if (due.length === 0) this.inference.add(node);
      return written;
    });
  }

  private applied(rule: UpgradeRule, node: Node): readonly Node[] {
    const before: Node[] = [];
    const write = (operator: string, inputs: readonly string[], attributes: AttributeInputs): string => {
      const name = this.freshName(`${node.name}_${operator}`);
      const { proto } = Node.of(operator, inputs, [name], attributes, name);
      const { metadataProps } = node.proto;
      const written = new Node(copyWith(NodeProtoSchema, proto, { metadataProps }));
      before.push(written);
      this.inference.add(written);
      return name;
    };
    const context: UpgradeContext = {
      from: this.from,
      value: (name) => this.inference.value(name),
      typeOf: (name) => this.inference.value(name).type ?? this.floatType,
      numbers: (name) => this.inference.numbers(name),
      isUsed: (name) => this.used.has(name),
      constant: (type, values, dims = [values.length]) =>
        write('Constant', [], { value: { tensor: writeTensor('', { type, dims, values }) } }),
      before: (operator, inputs, attributes = {}) => write(operator, inputs, attributes),
    };
    const result = rule.upgrade(node, context);
    this.inference.add(result);
    return [...before, result];
  }

  private withRaisedBodies(node: Node): Node {
    if (bodiesOf(node.proto).length === 0) return node;
    const attribute = node.proto.attribute.map((entry) =>
      copyWith(AttributeProtoSchema, entry, {
        ...(entry.g && { g: this.raisedBody(entry.g) }),
        graphs: entry.graphs.map((body) => this.raisedBody(body)),
      }),
    );
    return new Node(copyWith(NodeProtoSchema, node.proto, { attribute }));
  }

  private raisedBody(body: GraphProto): GraphProto {
    for (const input of body.input) this.inference.declare(fromValueInfo(input));
    for (const tensor of body.initializer) {
      const { name } = tensor;
      const type = elementTypeOf(tensor.dataType);
      this.inference.declare({ name, type, shape: tensor.dims.map(Number) }, readTensor(tensor));
    }
    const nodes = this.raised(body.node.map((proto) => new Node(proto)));
    return copyWith(GraphProtoSchema, body, { node: nodes.map((node) => node.proto) });
  }

  private note(node: NodeProto): void {
    for (const name of node.input) this.used.add(name);
    // The runtime takes the name of a node only once, and helper nodes are named after their tensors.
    for (const name of [node.name, ...node.output]) this.taken.add(name);
    for (const body of bodiesOf(node)) {
      for (const { name } of [...body.input, ...body.initializer]) this.taken.add(name);
      for (const { name } of body.output) this.used.add(name);
      for (const inner of body.node) this.note(inner);
    }
  }

  private freshName(wanted: string): string {
    let name = wanted;
    for (let count = 1; this.taken.has(name); count += 1) name = `${wanted}_${count}`;
    this.taken.add(name);
    return name;
  }
}

function floatTypeOf(graph: Graph): ElementType {
  const counts = new Map<number, number>();
  for (const { proto } of graph.initializers.values())
    counts.set(proto.dataType, (counts.get(proto.dataType) ?? 0) + 1);
  const count = (type: TensorProto_DataType) => counts.get(type) ?? 0;
  if (count(TensorProto_DataType.FLOAT16) > count(TensorProto_DataType.FLOAT)) return 'float16';
  if (count(TensorProto_DataType.DOUBLE) > count(TensorProto_DataType.FLOAT)) return 'float64';
  return 'float32';
}
