import { isDifferentiable, type GraphNode, type LayerSpec, type Model } from '@understory/core';
import type { GraphNodeFacts, GraphPart } from './engine.ts';

/** The most nodes of a part: more cannot be looked at. */
const mostNodes = 60;

/** The nodes that are at most `steps` away from the one that computes `around`, the nearest first where there are too many. */
export function graphAround(model: Model, around: string | undefined, steps: number): GraphPart {
  const nodes = model.graph?.nodes ?? [];
  const makers = new Map<string, number>();
  const readers = new Map<string, number[]>();
  for (const [at, { operator, inputs, outputs }] of nodes.entries()) {
    // Weights are no step of the way.
    if (operator === 'Constant') continue;
    for (const name of outputs) makers.set(name, at);
    for (const name of inputs) readers.set(name, [...(readers.get(name) ?? []), at]);
  }
  const middle = around === undefined ? undefined : makers.get(around);
  if (middle === undefined) return { middle: null, nodes: [], edges: [], size: nodes.length };
  const depths = new Map([[middle, 0]]);
  const follow = (direction: -1 | 1) => {
    let front = [middle];
    for (let step = 1; step <= steps && depths.size < mostNodes; step += 1) {
      const next: number[] = [];
      for (const at of front) {
        const { inputs, outputs } = nodes[at]!;
        const beside =
          direction < 0 ? inputs.map((name) => makers.get(name)) : outputs.flatMap((name) => readers.get(name) ?? []);
        for (const other of beside) {
          if (other === undefined || depths.has(other) || depths.size >= mostNodes) continue;
          depths.set(other, direction * step);
          next.push(other);
        }
      }
      front = next;
    }
  };
  follow(-1);
  follow(1);
  const layers = new Map(model.layers.map((layer) => [layer.name, layer]));
  const shown = [...depths].sort(([one], [other]) => one - other);
  return {
    ...{ middle, size: nodes.length },
    nodes: shown.map(([at, depth]) => nodeFacts(model, layers, nodes[at]!, at, depth)),
    edges: shown.flatMap(([to]) =>
      nodes[to]!.inputs.flatMap((tensor) => {
        const from = makers.get(tensor);
        return from !== undefined && depths.has(from) ? [{ from, to, tensor }] : [];
      }),
    ),
  };
}

function nodeFacts(
  model: Model,
  layers: ReadonlyMap<string, LayerSpec>,
  node: GraphNode,
  id: number,
  depth: number,
): GraphNodeFacts {
  const [output = ''] = node.outputs;
  const layer = layers.get(output);
  return {
    ...{ id, operator: node.operator, name: node.name, output, type: layer?.type ?? null },
    dims: layer?.dims?.map((each) => each ?? null) ?? null,
    ...{ modules: layer?.modules ?? [], isLayer: layer !== undefined, gradient: gradientOf(model, node), depth },
  };
}

/** Whether a gradient passes from the node's output to one of what it reads. */
function gradientOf(model: Model, { inputs, outputs: [output] }: GraphNode): GraphNodeFacts['gradient'] {
  if (!isDifferentiable(model)) return 'missing';
  let found: GraphNodeFacts['gradient'] = 'none';
  for (const input of inputs) {
    if (output === undefined || output === '' || input === '' || model.graph?.constant(input) !== undefined) continue;
    const way = model.differentiability(output, input);
    if (way.differentiable) return 'yes';
    if (way.reason === 'operator') found = 'missing';
  }
  return found;
}
