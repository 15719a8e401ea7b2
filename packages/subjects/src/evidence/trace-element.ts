import type { ClosingOperator, Dimension, GraphNode, GraphView, Index, Model } from '@understory/core';
import { append, closingOperatorOf, movedFrom, moves } from '@understory/core';
import { producersOf } from './graph.ts';

/** Where one number of an output comes from. */
export interface Origin {
  readonly tensor: string;
  /** The batch is left out. */
  readonly index: Index;
  /** What is made of the number on its way to the output; undefined where it gets there as it is. */
  readonly closing: ClosingOperator | undefined;
}

export interface Tracing {
  readonly dims?: readonly Dimension[] | undefined;
  readonly isAsked?: (tensor: string) => boolean;
}

/**
 * One number of an output followed back through what only moves it: to the layer that computes it, in front of the sigmoid that it is the outcome of,
 * or to the input of its softmax. Otherwise it is the number of the output itself. `dims` are the output's, as far as they are known;
 * `isAsked` tells which tensors it may be found in.
 */
export function originOfElement(
  model: Model,
  output: string,
  index: Index,
  { dims, isAsked = () => true }: Tracing = {},
): Origin {
  const own: Origin = { tensor: output, index, closing: undefined };
  const { graph } = model;
  if (graph === undefined) return own;
  const sizes = dimsByName(model);
  const dimsOf = (name: string) => (name === output ? (dims ?? sizes.get(name)) : sizes.get(name));
  let found = own;
  let [at, place] = [output, index];
  for (let node = producersOf(graph).get(at); node !== undefined; node = producersOf(graph).get(at)) {
    const [source = ''] = node.inputs;
    const closing = found === own ? closingOperatorOf(node) : undefined;
    if (closing !== undefined) {
      if (!sizes.has(source) || !isAsked(source)) return own;
      at = source;
      found = { tensor: source, index: place, closing };
      // A softmax is over the numbers beside this one.
      if (closing !== 'Sigmoid') return found;
      continue;
    }
    const moved = movedFrom(node, at, { index: place, dimsOf, graph });
    if (moved === undefined) return found;
    [at, place] = moved;
    if (found !== own && sizes.has(at) && isAsked(at)) found = { ...found, tensor: at, index: place };
  }
  return found;
}

/** The nodes that give the numbers of a tensor, behind what only moves them. */
export function makersOf(graph: GraphView, name: string): ReadonlySet<GraphNode> {
  return new Set(madeBy(graph, name).values());
}

/** The same by the tensors that they give. */
function madeBy(graph: GraphView, name: string): ReadonlyMap<string, GraphNode> {
  const producers = producersOf(graph);
  const [makers, seen, waiting] = [new Map<string, GraphNode>(), new Set<string>(), [name]];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const node = producers.get(next);
    if (node === undefined || seen.has(next)) continue;
    seen.add(next);
    if (!moves.has(node.operator)) makers.set(next, node);
    else if (node.operator === 'Concat') append(waiting, node.inputs);
    else waiting.push(node.inputs[0]!);
  }
  return makers;
}

/** The tensors in which `originOfElement` may find numbers in front of a softmax or sigmoid, as far as they can be asked for, with what is made of them. */
export function logitsBehind(model: Model, output: string): ReadonlyMap<string, ClosingOperator> {
  const { graph, layers } = model;
  if (graph === undefined) return new Map();
  const known = new Set(layers.map(({ name }) => name));
  const found = [...makersOf(graph, output)].flatMap((node) => {
    const closing = closingOperatorOf(node);
    if (closing === undefined) return [];
    const [source = ''] = node.inputs;
    const further = closing === 'Sigmoid' ? [...madeBy(graph, source).keys()] : [];
    return [source, ...further].map((name) => [name, closing] as const);
  });
  return new Map(found.filter(([name]) => known.has(name)));
}

const known = new WeakMap<Model, ReadonlyMap<string, readonly Dimension[] | undefined>>();

function dimsByName(model: Model): ReadonlyMap<string, readonly Dimension[] | undefined> {
  const before = known.get(model);
  if (before !== undefined) return before;
  const all = [...model.outputs, ...model.layers];
  const dims = new Map(all.map((tensor) => [tensor.name, tensor.dims] as const));
  known.set(model, dims);
  return dims;
}
