import { errors } from '../errors.ts';
import { parse } from './graph-json.ts';
import type { JsonNode } from './node.ts';

/** What starts a loop of TensorFlow's control flow, which is refused by its operators. */
const loops = new Set(['NextIteration', 'Enter', 'Merge', 'Switch', 'LoopCond', 'Exit']);

/** Throws TFJS_MODEL_INVALID for two nodes of one name, for inputs that no node computes, and for nodes that wait for each other. */
export function checkWiring(nodes: readonly JsonNode[], outputs: readonly string[], model: string): void {
  const places = new Map<string, number>();
  for (const [at, { name }] of nodes.entries()) {
    const before = places.get(name);
    if (before !== undefined) {
      throw errors.invalid({
        model,
        path: `modelTopology.node[${at}].name`,
        found: `"${name}", which node[${before}] is called`,
        expected: 'a name of its own for every node',
      });
    }
    places.set(name, at);
  }
  // 1 while what it reads is looked at, 2 when that is done. Networks are deeper than a call stack may be.
  const states = new Map<number, 1 | 2>();
  const stack = outputs.flatMap((output) => places.get(parse(output).node) ?? []);
  while (stack.length > 0) {
    const at = stack.at(-1)!;
    const { op, input = [] } = nodes[at]!;
    if (states.has(at)) {
      states.set(at, 2);
      stack.pop();
      continue;
    }
    states.set(at, 1);
    for (const [place, reference] of input.entries()) {
      const source = places.get(parse(reference).node);
      const path = `modelTopology.node[${at}].input[${place}]`;
      if (source === undefined) {
        throw errors.invalid({
          model,
          path,
          found: `"${reference}", which no node computes`,
          expected: 'the name of a node',
        });
      }
      const state = states.get(source);
      if (state === undefined) stack.push(source);
      else if (state === 1 && !isLoop(op) && !isLoop(nodes[source]!.op)) {
        throw errors.invalid({
          model,
          path,
          found: `"${reference}", which waits for this node itself`,
          expected: 'nodes that do not read each other in a circle',
        });
      }
    }
  }
}

function isLoop(op: string): boolean {
  return loops.has(op);
}
