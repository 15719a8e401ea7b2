import { TensorProtoSchema, type GraphProto } from 'onnx-buf';
import { copyWith } from '../copy-with.ts';
import type { Graph } from '../graph.ts';
import { Node } from '../node.ts';
import { Inference } from '../shapes/inference.ts';
import { readTensor } from '../tensor.ts';
import { elementTypeOf } from '../types.ts';
import { raiseOpset } from '../upgrade/index.ts';
import { Names, Scope } from './names.ts';
import { renameNode } from './rename.ts';

/**
 * The same model with each `If` whose condition is known ahead, from constants or from shapes, replaced by the branch that is
 * taken. The outputs of the `If` keep their names. A graph that has an `If` comes back in the opset that rules read.
 */
export function inlineBranches(model: Graph): Graph {
  if (!model.nodes.some(isIf)) return model;
  // Shape rules misread older forms.
  const graph = raiseOpset(model);
  const names = new Names(graph);
  const initializers = new Map(graph.initializers);
  // Follows the nodes as they are written, so that what a branch computes is known to the conditions behind it.
  const inference = new Inference(graph.with({ nodes: [], outputs: [] }));
  const nodes: Node[] = [];
  const waiting = [...graph.nodes].reverse();
  let changed = false;
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    const branch = takenBranch(node, inference);
    if (!branch) {
      nodes.push(node);
      inference.add(node);
      continue;
    }
    changed = true;
    const scope = new Scope();
    for (const tensor of branch.initializer) {
      const name = names.released(tensor.name);
      scope.set(tensor.name, name);
      const proto = copyWith(TensorProtoSchema, tensor, { name });
      initializers.set(name, { proto });
      const shape = proto.dims.map(Number);
      inference.declare({ name, type: elementTypeOf(proto.dataType), shape }, readTensor(proto));
    }
    for (const inner of branchNodes(node, branch, scope, names).reverse()) waiting.push(inner);
  }
  return changed ? graph.with({ nodes, initializers }) : graph;
}

function isIf(node: Node): boolean {
  return node.operator === 'If' && node.domain === '';
}

function takenBranch(node: Node, inference: Inference): GraphProto | undefined {
  if (!isIf(node)) return undefined;
  const condition = inference.numbers(node.inputs[0] ?? '');
  return condition?.length === 1 ? node.graph(condition[0] ? 'then_branch' : 'else_branch') : undefined;
}

function branchNodes(node: Node, branch: GraphProto, scope: Scope, names: Names): Node[] {
  const computed = new Set(branch.node.flatMap((inner) => inner.output));
  const copies: (readonly [from: string, to: string])[] = [];
  branch.output.forEach(({ name }, at) => {
    const wanted = node.outputs[at];
    if (!wanted) return;
    // A branch may hand out a tensor from around it, a weight, or one tensor twice.
    if (computed.has(name) && !scope.has(name)) scope.set(name, wanted);
    else copies.push([name, wanted]);
  });
  const renaming = { define: (name: string) => names.released(name), referenced: () => undefined };
  return [
    ...branch.node.map((inner) => {
      const renamed = renameNode(inner, scope, renaming);
      if (renamed.name) renamed.name = names.node(renamed.name);
      return new Node(renamed);
    }),
    ...copies.map(([from, to]) =>
      Node.of('Identity', [scope.get(from)], [to], {}, names.node(`${node.name}_Identity`)),
    ),
  ];
}
