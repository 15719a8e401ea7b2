import { byOwnStatistics } from './batch-statistics.ts';
import { channelsLast } from './channels-last-nodes.ts';
import { unfused } from './fused-nodes.ts';
import { guardedDivision } from './guarded-division.ts';
import type { JsonNode } from './node.ts';
import { within, type PartConstant } from './parts.ts';

/** A graph model whose every tensor is the only one of a node, so that each can be fed and asked for by the node's name. */
export interface PlainGraph {
  /** In execution order. */
  readonly nodes: readonly JsonNode[];
  /** The name that a reference such as `split:1` has now. */
  readonly nameOf: (reference: string) => string;
  /** The nodes whose results are read one by one, each through an Identity behind it. */
  readonly bundles: ReadonlySet<string>;
  /** What the nodes read and the file does not have. */
  readonly constants: ReadonlyMap<string, PartConstant>;
}

/** Puts an Identity behind each result of nodes that have several, and nodes into execution order; `shapes` are those of the weights. */
export function plainGraph(
  nodes: readonly JsonNode[],
  outputs: readonly string[],
  shapes: ReadonlyMap<string, readonly number[]>,
): PlainGraph {
  const parts = nodes.map((node) =>
    within(within(within(byOwnStatistics(simplified(node)), channelsLast), guardedDivision), (part) =>
      unfused(part, shapes),
    ),
  );
  const constants = new Map(parts.flatMap((part) => [...part.constants]));
  const added = [...constants].map(([name, value]) => constantNode(name, value));
  const apart = [...added, ...parts.flatMap((part) => part.nodes)];
  const references = [...apart.flatMap(({ input = [] }) => input), ...outputs].map(parse);
  const several = new Set(references.flatMap(({ node, place }) => (place > 0 ? [node] : [])));
  const nameOf = (reference: string): string => {
    const { node, place } = parse(reference);
    return several.has(node) ? `${node}/output_${place}` : node;
  };
  const single = new Map<string, JsonNode>();
  for (const { node, place } of references) {
    if (!several.has(node)) continue;
    const name = `${node}/output_${place}`;
    single.set(name, { name, op: 'Identity', input: [`${node}:${place}`], attr: {} });
  }
  const renamed = apart.map((node) => ({
    ...node,
    input: (node.input ?? []).map((reference) => (reference.startsWith('^') ? reference : nameOf(reference))),
  }));
  return { nodes: inOrder([...renamed, ...single.values()]), nameOf, bundles: several, constants };
}

/** The node that a reference names: `name`, `name:1`, or `^name` for one that only has to run before. */
export function parse(reference: string): { readonly node: string; readonly place: number } {
  const [, node = '', place = '0'] = /^\^?(.*?)(?::(\d+))?$/.exec(reference) ?? [];
  return { node, place: Number(place) };
}

function inOrder(nodes: readonly JsonNode[]): readonly JsonNode[] {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const placed = new Set<string>();
  const entered = new Set<string>();
  const ordered: JsonNode[] = [];
  // Networks are deeper than a call stack may be.
  const stack = nodes.toReversed().map((node) => ({ node, isReady: false }));
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const { node, isReady } = next;
    if (placed.has(node.name)) continue;
    if (isReady) {
      placed.add(node.name);
      ordered.push(node);
      continue;
    }
    // A loop leads back to what waits for it: whoever reads the order refuses loops by their operators.
    if (entered.has(node.name)) continue;
    entered.add(node.name);
    stack.push({ node, isReady: true });
    for (const reference of (node.input ?? []).toReversed()) {
      const before = byName.get(parse(reference).node);
      if (before && !placed.has(before.name)) stack.push({ node: before, isReady: false });
    }
  }
  return ordered;
}

function constantNode(name: string, value: PartConstant): JsonNode {
  const type = typeof value === 'number' ? 'DT_FLOAT' : 'DT_INT32';
  const attr = { dtype: { type }, value: { tensor: { dtype: type, tensorShape: {} } } };
  return { name, op: 'Const', attr };
}

/**
 * A check of shapes becomes an Identity, as TensorFlow.js looks for the shape among its inputs, where no file has it; and so does
 * an input with a default, such as whether a network is being trained: nobody feeds it.
 */
function simplified(node: JsonNode): JsonNode {
  return ['EnsureShape', 'PlaceholderWithDefault'].includes(node.op) ? { ...node, op: 'Identity' } : node;
}
