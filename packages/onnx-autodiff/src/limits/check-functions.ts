import type { FunctionProto, NodeProto } from 'onnx-buf';
import { errors } from '../errors.ts';
import { bodiesOf } from '../node.ts';
import { functionKey } from '../inline/function-key.ts';
import { limits } from './limits.ts';

interface Unfolded {
  readonly nodes: number;
  /** How deep calls lie in each other. */
  readonly depth: number;
}

/**
 * Counts what the functions of a model unfold to without unfolding them, since a few lines can say more nodes than fit in any memory.
 * Throws ONNX_MALFORMED where a function calls itself, ONNX_TOO_LARGE beyond the limits.
 */
export function checkFunctions(nodes: readonly NodeProto[], functions: readonly FunctionProto[]): void {
  if (functions.length === 0) return;
  const byKey = new Map(functions.map((each) => [functionKey(each.domain, each.name, each.overload), each]));
  const calledBy = (node: NodeProto) => byKey.get(functionKey(node.domain, node.opType, node.overload));
  const found = new Map<FunctionProto, Unfolded>();
  const open = new Set<FunctionProto>();
  const measure = (nodes: readonly NodeProto[], name: string): Unfolded => {
    let [count, depth] = [0, 0];
    for (const node of nodes) {
      const called = calledBy(node);
      const inner = called ? found.get(called)! : { nodes: 1, depth: 0 };
      count += inner.nodes;
      depth = Math.max(depth, inner.depth + (called ? 1 : 0));
    }
    if (count > limits.nodes) {
      throw errors.tooLarge(
        `its functions unfold to more than ${limits.nodes} nodes`,
        `${count.toLocaleString('en')} nodes in ${name}`,
        `${limits.nodes} nodes`,
      );
    }
    if (depth > limits.nesting) {
      throw errors.tooLarge('its functions call each other too deeply', name, `${limits.nesting} calls in each other`);
    }
    return { nodes: count, depth };
  };
  const main = allNodes(nodes);
  const waiting = called(main, calledBy);
  for (let next = waiting.at(-1); next; next = waiting.at(-1)) {
    const nodes = allNodes(next.node);
    if (found.has(next)) waiting.pop();
    else if (open.has(next)) {
      waiting.pop();
      open.delete(next);
      found.set(next, measure(nodes, `function "${next.name}"`));
    } else {
      open.add(next);
      for (const inner of called(nodes, calledBy)) {
        if (open.has(inner)) throw errors.malformed('a function calls itself', `function "${inner.name}"`);
        if (!found.has(inner)) waiting.push(inner);
      }
    }
  }
  measure(main, 'the graph');
}

function called(
  nodes: readonly NodeProto[],
  calledBy: (node: NodeProto) => FunctionProto | undefined,
): FunctionProto[] {
  return [...new Set(nodes.flatMap((node) => calledBy(node) ?? []))];
}

/** The nodes themselves and those of their bodies. */
function allNodes(nodes: readonly NodeProto[]): readonly NodeProto[] {
  const all: NodeProto[] = [];
  const waiting: (readonly NodeProto[])[] = [nodes];
  for (let list = waiting.pop(); list; list = waiting.pop()) {
    for (const node of list) {
      all.push(node);
      for (const body of bodiesOf(node)) waiting.push(body.node);
    }
  }
  return all;
}
