import type { Dimension, GraphNode, GraphView, Model, TensorSpec } from '@understory/core';
import { isFloat } from '@understory/core';
import { producersOf } from '../evidence/graph.ts';

/** How the scores of a map lie: one for each class and pixel, or one for each pixel, of one class against the background. */
export const orders = { classesFirst: '[N, C, H, W]', classesLast: '[N, H, W, C]', mask: 'mask' } as const;
export type Order = (typeof orders)[keyof typeof orders];

/** The tensor that holds the scores of the pixels. */
export interface ScoreMap {
  readonly spec: TensorSpec;
  readonly order: Order;
  /** What is made of the scores where they are not probabilities themselves: in the output, or by whoever reads them. */
  readonly closing: 'Softmax' | 'Sigmoid' | undefined;
  /** Whether they are probabilities; undefined where their values tell. */
  readonly areProbabilities: boolean | undefined;
}

const keeps = new Set(['Identity', 'Cast', 'Squeeze', 'Unsqueeze', 'Transpose', 'Dropout']);

/** The node that decides about the pixels of an output, behind what only changes its form: a softmax, a sigmoid, a maximum, or any other. */
export function lastOf(graph: GraphView | undefined, name: string): GraphNode | undefined {
  if (graph === undefined) return undefined;
  let node = producersOf(graph).get(name);
  while (node !== undefined && keeps.has(node.operator)) node = producersOf(graph).get(node.inputs[0]!);
  return node;
}

/** Where the scores of an output lie: in front of its softmax, sigmoid or maximum where they can be asked for; undefined where they cannot and the output has none. */
export function scoresOf(model: Model, output: TensorSpec, own: Order): ScoreMap | undefined {
  const layer = (name: string | undefined) =>
    [...model.layers, ...model.outputs].find((each) => each.name === name && each.dims?.length === 4);
  let node = lastOf(model.graph, output.name);
  const isDecided = node?.operator === 'ArgMax';
  let found: ScoreMap | undefined;
  if (isDecided) {
    const spec = layer(node!.inputs[0]);
    const order = spec && orderOfAxis(node!, spec);
    if (order === undefined) return undefined;
    found = { spec: spec!, order, closing: 'Softmax', areProbabilities: false };
    node = lastOf(model.graph, spec!.name);
  }
  const closing = node?.operator === 'Softmax' || node?.operator === 'Sigmoid' ? node.operator : undefined;
  if (closing === undefined) {
    if (found !== undefined || !isFloat(output)) return found;
    const closedBy = own === orders.mask ? 'Sigmoid' : 'Softmax';
    return {
      spec: output,
      order: own,
      closing: closedBy,
      areProbabilities: own === orders.mask && model.graph !== undefined ? false : undefined,
    };
  }
  const before = layer(node!.inputs[0]);
  // Scores lie as what is made of them, unless axes change their places behind it.
  const order =
    closing === 'Softmax' ? before && orderOfAxis(node!, before) : orderOfSigmoid(model, node!, { output, own, found });
  if (before !== undefined && order !== undefined) return { spec: before, order, closing, areProbabilities: false };
  return found === undefined
    ? { spec: output, order: own, closing, areProbabilities: true }
    : { ...found, closing, areProbabilities: true };
}

function orderOfAxis({ attributes, operator }: GraphNode, { dims }: TensorSpec): Order | undefined {
  const rank = dims!.length;
  const { axis = operator === 'ArgMax' ? 0 : -1 } = attributes;
  if (typeof axis !== 'number') return undefined;
  const at = axis < 0 ? axis + rank : axis;
  return at === 1 ? orders.classesFirst : at === 3 ? orders.classesLast : undefined;
}

function orderOfSigmoid(
  { graph }: Model,
  { outputs }: GraphNode,
  { output, own, found }: { readonly output: TensorSpec; readonly own: Order; readonly found: ScoreMap | undefined },
): Order | undefined {
  if (found !== undefined) return found.order;
  let node = producersOf(graph!).get(output.name);
  let isTurned = false;
  while (node !== undefined && !outputs.includes(node.outputs[0]!)) {
    if (node.operator === 'Transpose') isTurned = !isTurned;
    node = producersOf(graph!).get(node.inputs[0]!);
  }
  if (own === orders.mask || !isTurned) return own;
  return own === orders.classesFirst ? orders.classesLast : orders.classesFirst;
}

/** Which axes of a tensor of scores are what; `classes` is undefined where there is one score a pixel. */
export function axesOf(
  order: Order,
  dims: readonly Dimension[],
): { readonly classes?: number; readonly rows: number; readonly columns: number } {
  if (order === orders.classesFirst) return { classes: 1, rows: 2, columns: 3 };
  if (order === orders.classesLast) return { classes: 3, rows: 1, columns: 2 };
  return dims.length === 4 && dims[1] === 1 ? { rows: 2, columns: 3 } : { rows: 1, columns: 2 };
}
