import type { GraphView, Model } from '@understory/core';

interface Sides {
  readonly picture: string;
  readonly texts: readonly string[];
}

const known = new WeakMap<GraphView, ReadonlyMap<string, number>>();
const ofPicture = 1;
const ofText = 2;

/** Whether a tensor is made of the picture and of what is asked; true where no graph tells. Sizes that are read off a tensor are nothing made of it. */
export function isMadeOfBoth({ graph }: Model, name: string, { picture, texts }: Sides): boolean {
  if (graph === undefined) return !/embed/i.test(name);
  let parts = known.get(graph);
  if (parts === undefined) {
    const found = new Map<string, number>([[picture, ofPicture], ...texts.map((text) => [text, ofText] as const)]);
    for (const { operator, inputs, outputs } of graph.nodes) {
      const part = operator === 'Shape' ? 0 : inputs.reduce((all, input) => all | (found.get(input) ?? 0), 0);
      if (part !== 0) for (const output of outputs) found.set(output, part);
    }
    known.set(graph, (parts = found));
  }
  return parts.get(name) === (ofPicture | ofText);
}
