import type { Graph } from './graph.ts';
import { Node } from './node.ts';
import type { Inference } from './shapes/inference.ts';
import { isFloat, type Dim } from './types.ts';

/** What a tensor is called whose first two axes have changed places. */
const ending = ':batch-first';

/**
 * The same model with one more layer for each output `[T, N, C]`, as recurrent layers of PyTorch hand out, and for what a softmax at its end reads: the
 * same numbers as `[N, T, C]`. Whatever reads one sample of a tensor finds it along the first axis. The outputs stay as they are.
 */
export function withBatchFirst(graph: Graph, inference: Inference): Graph {
  const batch = graph.inputs.find(({ shape }) => shape?.length === 4)?.shape?.[0];
  if (batch === undefined) return graph;
  const hasSteps = graph.nodes.some(({ operator }) => recurrent.has(operator));
  const turned = graph.outputs.flatMap((output) =>
    [output.name, ...beforeSoftmax(graph, output.name)].filter((name) => {
      const { type, shape } = inference.value(name);
      const isTurned = [shape, output.shape].some((dims) => isStepsFirst(dims ?? [], batch, hasSteps));
      return isFloat(type) && shape?.length === 3 && isTurned && !graph.isDefined(`${name}${ending}`);
    }),
  );
  if (turned.length === 0) return graph;
  const nodes = turned.map((name) => Node.of('Transpose', [name], [`${name}${ending}`], { perm: [1, 0, 2] }));
  return graph.with({ nodes: [...graph.nodes, ...nodes] });
}

const recurrent = new Set(['GRU', 'LSTM', 'RNN']);

/** `hasSteps`: whether something in the graph goes step by step, so that sizes that are open may as well be steps. */
function isStepsFirst([first, second, ...others]: readonly Dim[], batch: Dim, hasSteps: boolean): boolean {
  if (others.length !== 1 || first === batch || first === 1) return false;
  // Names of one size may differ between an input and an output.
  const mayBeBatch = typeof second === 'string' && typeof batch === 'string';
  return second === batch || (mayBeBatch && (typeof first === 'number' || hasSteps));
}

const passesOn = new Set(['Identity', 'Cast', 'Dropout']);

/** What a closing softmax of an output reads, where there is one. */
function beforeSoftmax(graph: Graph, output: string): readonly string[] {
  const producers = new Map(graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  for (let node = producers.get(output); node !== undefined; node = producers.get(node.inputs[0]!)) {
    if (node.operator === 'Softmax' || node.operator === 'LogSoftmax') return [node.inputs[0]!];
    if (!passesOn.has(node.operator)) break;
  }
  return [];
}
