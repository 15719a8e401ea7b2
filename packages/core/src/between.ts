import type { GraphView } from './contracts/graph.ts';

/** Operators whose result depends on the size of what they read and on nothing else. */
const readsSizes = new Set(['Shape', 'Size']);

/** Whether a tensor depends on one of `inputs`, more than on its size, and one of `outputs` on it. */
export function betweenIn(
  { nodes }: GraphView,
  inputs: readonly string[],
  outputs: readonly string[],
): (name: string) => boolean {
  const seeing = new Set(inputs);
  for (const { operator, inputs: read, outputs: computed } of nodes) {
    if (readsSizes.has(operator) || !read.some((name) => seeing.has(name))) continue;
    for (const name of computed) seeing.add(name);
  }
  const needed = new Set(outputs);
  for (const { operator, inputs: read, outputs: computed } of nodes.toReversed()) {
    if (readsSizes.has(operator) || !computed.some((name) => needed.has(name))) continue;
    for (const name of read) needed.add(name);
  }
  return (name) => seeing.has(name) && needed.has(name);
}
