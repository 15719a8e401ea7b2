import type { OperatorRule } from './gradient-rule.ts';
import type { Node } from './node.ts';
import { isFloat, type Value } from './types.ts';

/**
 * The tensors of whole numbers that carry a gradient all the same: what straight-through rules write and read, and what the
 * operators between them make of it. Past an operator without a rule every output counts, so that the path meets it and is refused
 * instead of going round it unnoticed.
 */
export function straightThroughTensors(
  nodes: readonly Node[],
  valueOf: (name: string) => Value,
  ruleOf: (node: Node) => OperatorRule | undefined,
): ReadonlySet<string> {
  const carriers = new Set<string>();
  const isWhole = (name: string) => {
    const { type } = valueOf(name);
    return name !== '' && type !== undefined && !isFloat(type);
  };
  for (const node of nodes) {
    const rule = ruleOf(node);
    if (rule && 'noGradient' in rule) continue;
    const read = node.inputs.filter((_, index) => rule?.inputs?.includes(index) ?? true);
    if (rule?.straightThrough) {
      for (const name of [...read, ...node.outputs]) if (isWhole(name)) carriers.add(name);
      continue;
    }
    const sources = [...read, ...node.captures].filter((name) => carriers.has(name));
    if (sources.length === 0) continue;
    const types = new Set(sources.map((name) => valueOf(name).type));
    node.outputs.forEach((name, index) => {
      // A further output of another type holds places, as those of MaxPool and TopK do.
      if (isWhole(name) && (!rule || index === 0 || types.has(valueOf(name).type))) carriers.add(name);
    });
  }
  return carriers;
}
