import { GraphBuilder } from '../builder.ts';
import type { Graph } from '../graph.ts';
import { Node } from '../node.ts';
import type { Inference } from '../shapes/inference.ts';

const recurrent = new Set(['GRU', 'LSTM', 'RNN']);
/** X, and the initial states, of which an LSTM has two. */
const turnedInputs = [0, 5, 6];
/** How Y goes back from `[T, D, N, H]` to `[N, T, D, H]`, and states from `[D, N, H]` to `[N, D, H]`. */
const sequence = [2, 0, 1, 3];
const state = [1, 0, 2];

/** The same model with recurrent layers of layout 1, which ONNX Runtime does not run, in layout 0 between transposes. */
export function stepsFirst(graph: Graph, inference: Inference): Graph {
  const isTurned = (node: Node) => node.domain === '' && recurrent.has(node.operator) && node.int('layout', 0) === 1;
  if (!graph.nodes.some(isTurned)) return graph;
  const builder = new GraphBuilder(graph, inference);
  const nodes = graph.nodes.flatMap((node) => {
    if (!isTurned(node)) return [node];
    builder.within(node.name);
    const before = builder.nodes.length;
    const inputs = node.inputs.map((name, at) =>
      name && turnedInputs.includes(at) ? builder.transpose(builder.value(name), [1, 0, 2]).name : name,
    );
    const outputs = node.outputs.map((name) => name && builder.freshName(`${name}.steps`));
    const turned = node.with({ inputs, outputs, attributes: { layout: undefined } });
    const between = builder.nodes.slice(before);
    const back = node.outputs.flatMap((name, at) =>
      name
        ? [Node.of('Transpose', [outputs[at]!], [name], { perm: at === 0 ? sequence : state }, `${name}.turned`)]
        : [],
    );
    return [...between, turned, ...back];
  });
  return graph.with({ nodes, initializers: new Map([...graph.initializers, ...builder.initializers]) });
}
