import type { JsonNode } from './node.ts';

/** A float, or a list of whole numbers. */
export type PartConstant = number | readonly number[];

/** What stands for a node: nodes, the last of which has its name, and the constants that they read by their names. */
export interface Parts {
  readonly nodes: readonly JsonNode[];
  readonly constants: ReadonlyMap<string, PartConstant>;
}

/** A node that stays as it is. */
export function whole(node: JsonNode): Parts {
  return { nodes: [node], constants: new Map() };
}

/** Does to every part what is done to a node. */
export function within({ nodes, constants }: Parts, divide: (node: JsonNode) => Parts): Parts {
  const parts = nodes.map(divide);
  return {
    nodes: parts.flatMap((part) => part.nodes),
    constants: new Map([...constants, ...parts.flatMap((part) => [...part.constants])]),
  };
}
