import type { GraphNode, GraphView } from './contracts/graph.ts';
import type { Dimension, LayerSpec, TensorSpec } from './contracts/model.ts';

/** Why the last two axes of a rank-4 tensor are not height and width: `[N, H, W, C]`, or queries, keys and scores of attention. */
export type OtherAxes = 'channelsLast' | 'attention';

/** Operators that work place by place or move nothing between axes, so that what an axis means goes through them. */
const keepsAxes = new Set(
  (
    'Abs Add BatchNormalization Cast Clip Concat Div Dropout Elu Erf Exp Gelu HardSigmoid HardSwish Identity LayerNormalization ' +
    'LeakyRelu Max Min Mish Mul Neg PRelu Pad Pow Relu Selu Sigmoid Slice Softmax Softplus Split Sqrt Sub Sum Tanh Where'
  ).split(' '),
);

/** Fewer rows or columns than this are channels rather. */
const smallestImage = 16;

/** The rank-4 layers whose last two axes are known not to be height and width, from what the graph does with them. */
export function otherAxes(
  graph: GraphView,
  layers: readonly LayerSpec[],
  inputs: readonly TensorSpec[],
): ReadonlyMap<string, OtherAxes> {
  const rank4 = new Set(layers.filter(({ dims }) => dims?.length === 4).map(({ name }) => name));
  const found = new Map<string, OtherAxes>(
    inputs.filter(isChannelsLastImage).map(({ name }) => [name, 'channelsLast']),
  );
  for (const node of graph.nodes) {
    const outputs = node.outputs.filter((name) => rank4.has(name));
    if (isPermutation(node, [0, 2, 3, 1]) || (keepsAxes.has(node.operator) && takes(node, found, 'channelsLast'))) {
      for (const name of outputs) found.set(name, 'channelsLast');
    }
    const computed = node.inputs.filter((name) => rank4.has(name));
    // A product of two computed tensors is attention at work; products with weights have one.
    if (node.operator === 'Attention' || (node.operator === 'MatMul' && computed.length === 2)) {
      for (const name of [...computed, ...outputs]) found.set(name, 'attention');
    }
  }
  spread(graph.nodes, rank4, found);
  return found;
}

/** Attention goes on before and behind its products, as far as nothing reshapes; once each way is enough for what is written in order. */
function spread(nodes: readonly GraphNode[], rank4: ReadonlySet<string>, found: Map<string, OtherAxes>): void {
  const goesThrough = ({ operator }: GraphNode) => keepsAxes.has(operator) || operator === 'Transpose';
  const mark = (from: readonly string[], to: readonly string[]) => {
    if (!from.some((name) => found.get(name) === 'attention')) return;
    for (const name of to) if (rank4.has(name)) found.set(name, 'attention');
  };
  const through = nodes.filter(goesThrough);
  for (const { inputs, outputs } of through) mark(inputs, outputs);
  for (const { inputs, outputs } of [...through].reverse()) mark(outputs, inputs);
}

function takes(node: GraphNode, found: ReadonlyMap<string, OtherAxes>, axes: OtherAxes): boolean {
  return node.inputs.some((name) => found.get(name) === axes);
}

function isPermutation({ operator, attributes }: GraphNode, wanted: readonly number[]): boolean {
  const perm = attributes['perm'];
  return (
    operator === 'Transpose' &&
    Array.isArray(perm) &&
    perm.length === 4 &&
    wanted.every((axis, at) => perm[at] === axis)
  );
}

/** One, three or four channels behind two sizes that an image could have. */
function isChannelsLastImage({ dims }: TensorSpec): boolean {
  if (dims?.length !== 4) return false;
  const [, height, width, channels] = dims;
  const isExtent = (dim: Dimension | undefined) => typeof dim === 'string' || dim! >= smallestImage;
  return [1, 3, 4].includes(channels as number) && isExtent(height) && isExtent(width);
}
