import { betweenIn } from './between.ts';
import type { GraphNode, GraphView } from './contracts/graph.ts';
import type { Model } from './contracts/model.ts';
import { outputsOf, type Index, type Objective } from './contracts/objective.ts';
import { movedFrom } from './moved-from.ts';
import type { Dimension } from './tensor/tensor-spec.ts';

/** What is computed of each number by itself, of one tensor or of several at the same place. */
const pointwise = new Set(
  (
    'Abs Add Ceil Clip Div Elu Erf Exp Floor Gelu HardSigmoid HardSwish LeakyRelu Log LogSoftmax Max Min Mish Mul Neg Pow PRelu Reciprocal Relu Round ' +
    'Selu Sigmoid Softmax Softplus Softsign Sqrt Sub Sum Tanh'
  ).split(' '),
);

/**
 * The tensors that each sample's number comes from, where that is less than the whole output: an element of a detector's output, in which the maps of
 * several levels are put together, comes from the map of one level. Where nothing is put together they are the outputs that the objective reads.
 */
export function explainedTensors(
  { graph, inputs, outputs, layers }: Pick<Model, 'graph' | 'inputs' | 'outputs' | 'layers'>,
  objective: Objective,
): readonly (readonly string[])[] {
  const whole = outputsOf(objective);
  if (graph === undefined) return [whole];
  const dims = new Map([...inputs, ...layers, ...outputs].map((tensor) => [tensor.name, tensor.dims] as const));
  const dimsOf = (name: string) => dims.get(name) ?? graph.constant(name)?.dims;
  const producers = new Map(graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  const images = inputs.filter((input) => input.dims?.length === 4).map(({ name }) => name);
  const found = new Map<string, readonly string[]>();
  for (const elements of elementsOf(objective) ?? []) {
    const sources = elements.map(({ output, index }) => sourcesOf(output, index, { graph, producers, dimsOf }));
    if (!sources.some(({ isJoined }) => isJoined)) return [whole];
    const names = [...new Set(sources.flatMap(({ tensors }) => tensors))];
    const isOfImages = betweenIn(graph, images, names);
    const own = names.filter((name) => dims.has(name) && isOfImages(name));
    if (own.length === 0) return [whole];
    found.set(own.join('\n'), own);
  }
  return found.size === 0 ? [whole] : [...found.values()];
}

interface Element {
  readonly output: string;
  readonly index: Index;
}

/** The elements that an objective reads of each sample; undefined where it reads more than elements. */
function elementsOf(objective: Objective): readonly (readonly Element[])[] | undefined {
  if (objective.kind === 'score') return objective.index.map((index) => [{ output: objective.output, index }]);
  if (objective.kind !== 'sum') return undefined;
  const terms = objective.terms.map(({ of }) => (of.kind === 'score' ? elementsOf(of) : undefined));
  const [first] = terms;
  if (first === undefined || terms.some((term) => term === undefined)) return undefined;
  return first.map((_, sample) => terms.flatMap((term) => term![sample] ?? []));
}

interface Traced {
  readonly graph: GraphView;
  readonly producers: ReadonlyMap<string, GraphNode>;
  readonly dimsOf: (name: string) => readonly Dimension[] | undefined;
}

/** Where a number comes from, behind what moves it and what is computed of it by itself; `isJoined` where a part of a joined tensor was taken. */
function sourcesOf(output: string, index: Index, { graph, producers, dimsOf }: Traced) {
  const tensors = new Set<string>();
  const seen = new Set<string>();
  const waiting: (readonly [string, Index])[] = [[output, index]];
  let isJoined = false;
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const [name, place] = next;
    const key = JSON.stringify(next);
    if (seen.has(key)) continue;
    seen.add(key);
    const node = producers.get(name);
    if (graph.constant(name) !== undefined) continue;
    const moved = node && movedFrom(node, name, { index: place, dimsOf, graph });
    if (moved !== undefined) {
      if (node?.operator === 'Concat') isJoined = true;
      waiting.push(moved);
      continue;
    }
    const parts = node && pointwise.has(node.operator) ? node.inputs.filter((input) => input !== '') : [];
    const places = parts.map((input) => alignedPlace(place, dimsOf(input)));
    if (node === undefined || parts.length === 0 || places.some((each) => each === undefined)) {
      tensors.add(name);
      continue;
    }
    for (const [at, input] of parts.entries()) waiting.push([input, places[at]!]);
  }
  return { tensors: [...tensors], isJoined };
}

/** The place in an operand that is broadcast; undefined where its sizes are not known. */
function alignedPlace(place: Index, dims: readonly Dimension[] | undefined): Index | undefined {
  if (dims === undefined || dims.length > place.length + 1) return undefined;
  const missing = place.length + 1 - dims.length;
  return dims.map((size, axis) => (size === 1 ? 0 : place[axis + missing - 1]!)).slice(missing === 0 ? 1 : 0);
}
