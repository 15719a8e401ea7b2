import { create } from '@bufbuild/protobuf';
import {
  AttributeProtoSchema,
  GraphProtoSchema,
  NodeProtoSchema,
  TensorProto_DataType,
  type GraphProto,
} from 'onnx-buf';
import { Graph } from '../graph.ts';
import { bodiesOf, Node } from '../node.ts';
import { writeTensor } from '../tensor.ts';
import type { ElementType } from '../types.ts';
import { clip } from './clip.ts';
import type { UpgradeContext, UpgradeRule } from './upgrade-rule.ts';

/** The opset that every graph has at least before rules read it; newer ones stay as they are. */
export const workingOpset = 18;

export const upgradeRules: readonly UpgradeRule[] = [clip];

const rulesByOperator = new Map<string, readonly UpgradeRule[]>();
for (const rule of upgradeRules)
  rulesByOperator.set(rule.operator, [...(rulesByOperator.get(rule.operator) ?? []), rule]);

/**
 * The same model in opset 18 or later, so that every gradient and shape rule reads one form of its operator.
 * Tensor names stay; operators that did not change between the opsets are not touched.
 */
export function raiseOpset(graph: Graph): Graph {
  if (graph.opset >= workingOpset) return graph;
  const taken = new Set([
    ...graph.inputs.map((input) => input.name),
    ...graph.initializers.keys(),
    ...graph.nodes.flatMap((node) => [...node.outputs, ...bodiesOf(node.proto).flatMap(namesIn)]),
  ]);
  const nodes = upgradeNodes(graph.nodes, graph.opset, floatTypeOf(graph), taken);
  return graph.with({ nodes, opset: workingOpset });
}

function upgradeNodes(
  nodes: readonly Node[],
  from: number,
  floatType: ElementType,
  taken: Set<string>,
): readonly Node[] {
  return nodes.flatMap((original) => {
    const node = upgradeBodies(original, from, floatType, taken);
    const rules = node.domain === '' ? (rulesByOperator.get(node.operator) ?? []) : [];
    const due = rules.filter((rule) => rule.changedIn > from).sort((a, b) => a.changedIn - b.changedIn);
    return due.reduce<readonly Node[]>(
      // An operator that changed twice passes both rules in order; helper nodes that the first one wrote are in new form already.
      (written, rule) =>
        written.flatMap((each) =>
          each.operator === rule.operator ? applyRule(rule, each, from, floatType, taken) : [each],
        ),
      [node],
    );
  });
}

function applyRule(
  rule: UpgradeRule,
  node: Node,
  from: number,
  floatType: ElementType,
  taken: Set<string>,
): readonly Node[] {
  const before: Node[] = [];
  const freshName = (wanted: string) => {
    let name = wanted;
    for (let count = 1; taken.has(name); count += 1) name = `${wanted}_${count}`;
    taken.add(name);
    return name;
  };
  const context: UpgradeContext = {
    from,
    floatType,
    freshName,
    before: (written) => before.push(written),
    constant: (type, values, dims = [values.length]) => {
      const name = freshName(`${node.name}/${rule.operator}.constant`);
      before.push(
        Node.of('Constant', [], [name], { value: { tensor: writeTensor('', { type, dims, values }) } }, name),
      );
      return name;
    },
  };
  const result = rule.upgrade(node, context);
  return [...before, ...(result instanceof Node ? [result] : result)];
}

function upgradeBodies(node: Node, from: number, floatType: ElementType, taken: Set<string>): Node {
  if (bodiesOf(node.proto).length === 0) return node;
  const upgradeBody = (body: GraphProto): GraphProto =>
    create(GraphProtoSchema, {
      ...body,
      node: upgradeNodes(
        body.node.map((proto) => new Node(proto)),
        from,
        floatType,
        taken,
      ).map((inner) => inner.proto),
    });
  const attribute = node.proto.attribute.map((entry) =>
    create(AttributeProtoSchema, {
      ...entry,
      ...(entry.g && { g: upgradeBody(entry.g) }),
      graphs: entry.graphs.map(upgradeBody),
    }),
  );
  return new Node(create(NodeProtoSchema, { ...node.proto, attribute }));
}

function namesIn(body: GraphProto): readonly string[] {
  return [
    ...body.input.map((v) => v.name),
    ...body.initializer.map((t) => t.name),
    ...body.node.flatMap((node) => [...node.output, ...bodiesOf(node).flatMap(namesIn)]),
  ];
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
