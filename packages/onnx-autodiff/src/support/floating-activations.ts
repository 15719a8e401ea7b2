import type { Graph } from '../graph.ts';
import { Node } from '../node.ts';

/** Where the scale of the result is among the inputs, in front of its zero point, of operators whose results are quantised. */
const scaleAt: Readonly<Record<string, number>> = {
  ':QLinearConv': 6,
  ':QLinearMatMul': 6,
  'com.microsoft:QGemm': 7,
  'com.microsoft:QLinearAdd': 6,
  'com.microsoft:QLinearAveragePool': 3,
  'com.microsoft:QLinearConcat': 0,
  'com.microsoft:QLinearConv': 6,
  'com.microsoft:QLinearGlobalAveragePool': 3,
  'com.microsoft:QLinearLeakyRelu': 3,
  'com.microsoft:QLinearMul': 6,
  'com.microsoft:QLinearSigmoid': 3,
  'com.microsoft:QLinearSoftmax': 3,
  'com.microsoft:QLinearWhere': 7,
};

/** What hands out some of the numbers of its first input, with the same scale. */
const choosing = new Set(
  [
    ...['DepthToSpace', 'Flatten', 'Gather', 'Identity', 'MaxPool', 'Reshape', 'Resize', 'Slice', 'SpaceToDepth'],
    ...['Squeeze', 'Transpose', 'Unsqueeze'],
  ].map((operator) => `:${operator}`),
).add('com.microsoft:NhwcMaxPool');

/**
 * The same model, in which what quantised operators hand on goes through floating-point numbers: `T` is dequantised to `T.float`, which is
 * rounded again to the very same whole numbers for those that read `T`. These are activations that can be explained and asked for.
 */
export function floatingActivations(graph: Graph): Graph {
  if (!graph.nodes.some((node) => scaleOf(node, scaleAt) !== undefined)) return graph;
  const taken = new Set(graph.nodes.flatMap(({ inputs, outputs, captures }) => [...inputs, ...outputs, ...captures]));
  const fresh = (wanted: string) => {
    let name = wanted;
    for (let count = 2; taken.has(name); count += 1) name = `${wanted}${count}`;
    taken.add(name);
    return name;
  };
  // Bodies read by name from around them.
  const captured = new Set(graph.nodes.flatMap(({ captures }) => captures));
  const again = new Map<string, string>();
  const known = new Map<string, readonly string[]>();
  const nodes = graph.nodes.flatMap((node): readonly Node[] => {
    const [input = '', output = ''] = [node.inputs[0], node.outputs[0]];
    const read = node.with({ inputs: node.inputs.map((name) => again.get(name) ?? name) });
    const passed = choosing.has(`${node.domain}:${node.operator}`) ? known.get(input) : undefined;
    const parameters = passed ?? scaleOf(node, scaleAt);
    const given = parameters ?? scaleOf(node, { ':QuantizeLinear': 1 });
    if (given) known.set(output, given);
    if (!parameters || captured.has(output)) return [read];
    const [float, whole] = [fresh(`${output}.float`), fresh(`${output}.whole`)];
    again.set(output, whole);
    const named = (part: Node) => part.with({ name: `${node.name}_${part.operator}` });
    return [
      read,
      named(Node.of('DequantizeLinear', [output, ...parameters], [float])),
      named(Node.of('QuantizeLinear', [float, ...parameters], [whole])),
    ];
  });
  return graph.with({ nodes });
}

/** The names of the scale of a node's result and, where there is one, of its zero point. */
function scaleOf(
  { domain, operator, inputs }: Node,
  places: Readonly<Record<string, number>>,
): readonly string[] | undefined {
  const at = places[`${domain}:${operator}`];
  return at === undefined || !inputs[at] ? undefined : inputs.slice(at, at + 2).filter((name) => name !== '');
}
