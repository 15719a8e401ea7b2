import type { OperatorRule } from './gradient-rule.ts';
import type { Node } from './node.ts';

export interface PathOptions {
  /** The rule of a node's operator, whatever the opset. */
  readonly ruleOf: (node: Node) => OperatorRule | undefined;
  /** Whether a tensor can have a gradient at all. */
  readonly canCarry: (name: string) => boolean;
}

export interface Path {
  /** In execution order, as places in the list. */
  readonly nodes: readonly number[];
  readonly tensors: ReadonlySet<string>;
}

/** Those of some nodes that carry a gradient from `outputs` back to `withRespectTo`, and the tensors between them. */
export function pathThrough(
  nodes: readonly Node[],
  outputs: readonly string[],
  withRespectTo: readonly string[],
  { ruleOf, canCarry }: PathOptions,
): Path {
  const forward = new Set(withRespectTo);
  const candidates: number[] = [];
  nodes.forEach((node, at) => {
    if (!readsActive(node, ruleOf(node), forward)) return;
    candidates.push(at);
    for (const name of node.outputs) {
      if (name && canCarry(name)) forward.add(name);
    }
  });
  const backward = new Set(outputs.filter((name) => forward.has(name)));
  const onPath: number[] = [];
  for (const at of candidates.reverse()) {
    const node = nodes[at]!;
    if (!node.outputs.some((name) => backward.has(name))) continue;
    onPath.push(at);
    for (const name of [...node.inputs, ...node.captures]) if (forward.has(name)) backward.add(name);
  }
  return { nodes: onPath.reverse(), tensors: backward };
}

/** Whether a gradient can pass from a node's outputs to one of these tensors. */
function readsActive(node: Node, rule: OperatorRule | undefined, active: ReadonlySet<string>): boolean {
  if (rule && 'noGradient' in rule) return false;
  const listed = rule?.inputs;
  return (
    node.inputs.some((name, index) => active.has(name) && (!listed || listed.includes(index))) ||
    node.captures.some((name) => active.has(name))
  );
}
