import { batchesOf, isBatch } from './batch-axis.ts';
import type { GraphNode, GraphView } from './contracts/graph.ts';
import type { Dimension, LayerSpec, TensorSpec } from './contracts/model.ts';

/** Why the last two axes of a rank-4 tensor are not height and width: `[N, H, W, C]`, or queries, keys and scores of attention. */
export type OtherAxes = 'channelsLast' | 'attention';

/** What the axes of a rank-3 tensor are: tokens `[N, T, C]`, channels `[N, C, T]`, a sequence `[T, N, C]`, or scores of attention. */
export type RowAxes = 'tokens' | 'channels' | 'sequence' | 'scores';

/** What the graph shows of the axes of activations; a tensor that is in neither map may be anything. */
export interface KnownAxes {
  /** Of rank 4, those that are no `[N, C, H, W]`. */
  readonly images: ReadonlyMap<string, OtherAxes>;
  /** Of rank 3. */
  readonly rows: ReadonlyMap<string, RowAxes>;
}

/** Operators that work place by place or move nothing between axes, so that what an axis means goes through them. */
const keepsAxes = new Set(
  (
    'Abs Add BatchNormalization Cast Clip Concat Div Dropout Elu Erf Exp Gelu HardSigmoid HardSwish Identity LayerNormalization ' +
    'LeakyRelu Max Min Mish Mul Neg PRelu Pad Pow Relu Selu Sigmoid Slice Softmax Softplus Split Sqrt Sub Sum Tanh Where'
  ).split(' '),
);

/** Fewer rows or columns than this are channels rather. */
const smallestImage = 16;

/** What the axes of activations of rank 3 and 4 are, from what the graph does with them. */
export function knownAxes(graph: GraphView, layers: readonly LayerSpec[], inputs: readonly TensorSpec[]): KnownAxes {
  const dims = new Map([...inputs, ...layers].map((tensor) => [tensor.name, tensor.dims]));
  const rank4 = new Set(layers.filter((layer) => layer.dims?.length === 4).map(({ name }) => name));
  const batches = batchesOf(inputs);
  // Exporters put heads into the batch, or tokens before it.
  const stacked = new Set(
    layers.filter((layer) => layer.dims?.length === 3 && !isBatch(layer.dims[0], batches)).map(({ name }) => name),
  );
  const images = new Map<string, OtherAxes>(
    inputs.filter(isChannelsLastImage).map(({ name }) => [name, 'channelsLast']),
  );
  const rows = new Map<string, RowAxes>();
  const isWhole = (name: string) => rank4.has(name) || stacked.has(name);
  const goesThrough = ({ operator, inputs: [data = ''], outputs: [result = ''] }: GraphNode) =>
    keepsAxes.has(operator) ||
    operator === 'Transpose' ||
    // A feature map may be cut otherwise; with heads stacked it is attention still.
    (operator === 'Reshape' && (stacked.has(data) || stacked.has(result)));
  const markNew = (name: string, axes: OtherAxes) => {
    if (rank4.has(name) && !images.has(name)) images.set(name, axes);
  };
  const mark = (from: readonly string[], to: readonly string[]) => {
    if (!from.some((name) => images.get(name) === 'attention')) return;
    for (const name of to) if (isWhole(name)) images.set(name, 'attention');
  };
  for (const node of graph.nodes) {
    const outputs = node.outputs.filter((name) => rank4.has(name));
    const computed = node.inputs.filter(isWhole);
    if (outputs.length > 0 && isChannelsLast(node, computed, dims, images, rows)) {
      for (const name of outputs) images.set(name, 'channelsLast');
      // What is added to a channels-last tensor is one.
      if (keepsAxes.has(node.operator)) for (const name of computed) markNew(name, 'channelsLast');
    }
    // A product of two computed tensors is attention at work; products with weights have one.
    if (node.operator === 'Attention' || (node.operator === 'MatMul' && computed.length === 2)) {
      for (const name of [...computed, ...node.outputs.filter(isWhole)]) images.set(name, 'attention');
    }
    if (goesThrough(node)) mark(node.inputs, node.outputs);
    for (const name of node.outputs) {
      const shape = dims.get(name);
      if (shape?.length !== 3 || images.get(node.inputs[0] ?? '') === 'attention') continue;
      const axes = rowAxesOf(node, shape, dims, rows);
      if (axes !== undefined) rows.set(name, axes);
    }
  }
  // Attention goes on before its products too, and from there to what else comes of that.
  const through = graph.nodes.filter(goesThrough);
  for (const { inputs: read, outputs } of through.toReversed()) mark(outputs, read);
  for (const { inputs: read, outputs } of through) mark(read, outputs);
  for (const name of stacked) images.delete(name);
  return { images, rows };
}

/** The rank-4 layers whose last two axes are known not to be height and width, from what the graph does with them. */
export function otherAxes(
  graph: GraphView,
  layers: readonly LayerSpec[],
  inputs: readonly TensorSpec[],
): ReadonlyMap<string, OtherAxes> {
  return knownAxes(graph, layers, inputs).images;
}

type Dims = ReadonlyMap<string, readonly Dimension[] | undefined>;

function isChannelsLast(
  node: GraphNode,
  computed: readonly string[],
  dims: Dims,
  images: ReadonlyMap<string, OtherAxes>,
  rows: ReadonlyMap<string, RowAxes>,
): boolean {
  if (isPermutation(node, [0, 2, 3, 1])) return true;
  // A product with weights mixes the last axis alone.
  const keeps = keepsAxes.has(node.operator) || (node.operator === 'MatMul' && computed.length === 1);
  if (keeps && node.inputs.some((name) => images.get(name) === 'channelsLast')) return true;
  const [data = '', output = ''] = [node.inputs[0], node.outputs[0]];
  if (node.operator !== 'Reshape' || rows.get(data) !== 'tokens') return false;
  const [, , width] = dims.get(data)!;
  const [, rowsOut, columns, last] = dims.get(output)!;
  // Tokens that are laid out again; heads of attention split the last axis.
  return last === width && rowsOut !== 1 && columns !== 1;
}

/** What an output of rank 3 is, given what is known before its node. */
function rowAxesOf(
  { operator, inputs, attributes }: GraphNode,
  dims: readonly Dimension[],
  known: Dims,
  rows: ReadonlyMap<string, RowAxes>,
): RowAxes | undefined {
  const [data = ''] = inputs;
  const from = known.get(data);
  const before = rows.get(data);
  if (operator === 'Transpose') return from?.length === 3 ? turned(before, attributes['perm']) : undefined;
  if (operator === 'Reshape' || operator === 'Flatten') {
    if (from?.length !== 4) return undefined;
    const [, second, third, fourth] = from;
    if (dims[1] === second && second !== '' && dims[2] !== fourth) return 'channels';
    return dims[2] === fourth && fourth !== '' && dims[1] !== third ? 'tokens' : undefined;
  }
  const computed = inputs.filter((name) => known.get(name)?.length === 3);
  if (operator === 'MatMul' && computed.length === 2) {
    return rows.get(computed[1]!) === 'channels' ? 'scores' : undefined;
  }
  return computed.map((name) => rows.get(name)).find((axes) => axes !== undefined);
}

function turned(axes: RowAxes | undefined, perm: unknown): RowAxes | undefined {
  const order = Array.isArray(perm) ? perm.join() : '2,1,0';
  if (order === '0,1,2') return axes;
  if (order === '0,2,1') return axes === 'tokens' ? 'channels' : axes === 'channels' ? 'tokens' : undefined;
  if (order === '1,0,2') return axes === 'tokens' ? 'sequence' : axes === 'sequence' ? 'tokens' : undefined;
  if (order === '2,0,1') return axes === 'channels' ? 'sequence' : undefined;
  if (order === '1,2,0') return axes === 'sequence' ? 'channels' : undefined;
  return undefined;
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
