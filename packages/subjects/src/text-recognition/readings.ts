import type { Dimension, Evidence, GraphNode, Model, ModelFacts, SubjectReading, TensorSpec } from '@understory/core';
import { batchesOf, closingNode, closingOperatorOf, layerReadings, pictureInputOf } from '@understory/core';
import { charactersOf, marksOf } from './characters.ts';
import { folderFacts } from '../evidence/folder.ts';
import { nodesBehind, producersOf } from '../evidence/graph.ts';
import { namedAs } from '../evidence/names.ts';
import { answersOf } from '../evidence/outputs.ts';
import { isEmbeddingWidth } from '../evidence/sizes.ts';

/** In which order the axes of the scores run: samples, steps from left to right, characters. */
export const orders = { samplesFirst: '[N, T, C]', stepsFirst: '[T, N, C]' } as const;

/** Fewer steps are taken for places of a code, such as the digits of a house number, that repeat without a blank between them. */
const fewestSteps = 12;

const recurrent = new Set(['LSTM', 'GRU', 'RNN', 'DynamicQuantizeLSTM']);

/** Every output that may hold scores of characters at the steps along a line of text. */
export function textReadings(facts: ModelFacts): readonly SubjectReading[] {
  const { model } = facts;
  const candidates = answersOf(facts).filter(({ dims }) => dims?.length === 3);
  return candidates.flatMap((spec) => {
    if (isBesideBoxes(model, spec)) return [];
    const order = orderOf(model, spec);
    const found = says(spec, order, facts);
    if (found === undefined) return [];
    const [evidence, why] = found;
    const scores = scoresOf(facts, spec, order);
    return [{ evidence, why, tensors: { scores: scores.name }, form: scores.order }];
  });
}

function says(spec: TensorSpec, order: string, facts: ModelFacts): readonly [Evidence, string] | undefined {
  const { model } = facts;
  const { name, dims } = spec;
  const [first, second, last] = dims!;
  const steps = order === orders.samplesFirst ? second! : first!;
  const count = typeof last === 'number' ? last : undefined;
  const { task } = folderFacts(facts.folder);
  const characters = charactersOf(facts);
  if (characters !== undefined && count !== undefined && marksOf(characters, count) !== undefined) {
    return ['folder', `the ${characters.length} characters fit the last axis of "${name}"`];
  }
  if (task !== undefined && /^(?:text-)?recognition$|^ocr$/.test(task))
    return ['folder', `the folder's task is ${task}`];
  const named = namedAs(name);
  if (named === 'numbers' || named === 'features' || (count !== undefined && count < 3)) return undefined;
  const picture = sizeOf(facts);
  // Steps are columns of the picture, several pixels wide; more of them are places of a map, or boxes.
  const areSteps =
    typeof steps === 'string' || (steps >= fewestSteps && (picture === undefined || steps <= picture.width));
  if (!areSteps) return undefined;
  const closing = closingNode(model.graph, name);
  const operator = closingOperatorOf(closing);
  const isOverCharacters = operator !== undefined && operator !== 'Sigmoid' && isLastAxis(closing!);
  const reads = `${operator === 'Softmax' ? 'a softmax' : 'a log-softmax'} over the characters at each step closes "${name}"`;
  if (model.graph !== undefined && [...nodesBehind(model.graph, name)].some(isRecurrent)) {
    return [
      'graph',
      isOverCharacters
        ? `a recurrent layer reads the picture, and ${reads}`
        : `a recurrent layer gives the steps of "${name}"`,
    ];
  }
  if (named === 'text') return ['graph', `the name "${name}" speaks of text`];
  if (isOverCharacters) return ['graph', reads];
  const isLine = picture !== undefined && picture.width >= 2 * picture.height;
  if (!isLine || operator !== undefined || isEmbeddingWidth(count)) return undefined;
  return [
    'shape',
    `"${name}" holds ${count ?? 'some'} numbers at each of ${steps === '' ? 'its' : steps} steps along a wide picture`,
  ];
}

/** Whatever the domain of its operator, which may stand in front of it. */
function isRecurrent({ operator }: GraphNode): boolean {
  return recurrent.has(operator.slice(operator.lastIndexOf('.') + 1));
}

/** The size of the picture, as far as the model fixes it. */
function sizeOf({ model, input }: ModelFacts): { readonly height: number; readonly width: number } | undefined {
  const pictures = model.inputs.filter(({ dims }) => dims?.length === 4);
  return input !== undefined || pictures.length === 1
    ? pictureInputOf(model, input ?? pictures[0]?.name).size
    : undefined;
}

/** Whether another output holds as many boxes as this one has rows, so that they are detections. */
function isBesideBoxes({ outputs }: Model, { name, dims }: TensorSpec): boolean {
  return outputs.some((other) => {
    if (other.name === name) return dims?.at(-1) === 4;
    const { dims: own } = other;
    const isOfBoxes = own?.at(-1) === 4 || (own?.at(-1) === 1 && own.length === 4 && own.at(-2) === 4);
    return isOfBoxes && own.includes(dims![1]!);
  });
}

function isLastAxis({ attributes }: GraphNode): boolean {
  const { axis } = attributes;
  return axis === undefined || axis === -1 || axis === 2;
}

function orderOf(model: Model, { name, dims }: TensorSpec): (typeof orders)[keyof typeof orders] {
  const [first, second] = dims!;
  const [batch] = batchesOf(model.inputs);
  const isBatch = (dim: Dimension | undefined) => dim !== '' && dim === batch;
  if (isBatch(first) !== isBatch(second)) return isBatch(first) ? orders.samplesFirst : orders.stepsFirst;
  if (typeof first !== typeof second) {
    // The one that is open is the batch, unless that is one picture and the steps are open.
    const isOpenBatch = typeof batch !== 'number';
    return (typeof first === 'string') === isOpenBatch ? orders.samplesFirst : orders.stepsFirst;
  }
  return layerReadings(model).get(name) === 'batch' ? orders.stepsFirst : orders.samplesFirst;
}

/** Where the scores lie: in front of a closing softmax, and before the axes change places, where that can be asked for. */
function scoresOf(
  { model, outputs }: ModelFacts,
  spec: TensorSpec,
  order: string,
): { readonly name: string; readonly order: string } {
  const { graph, layers } = model;
  if (graph === undefined) return { name: spec.name, order };
  const producers = producersOf(graph);
  let found = { name: spec.name, order };
  let [at, isTurned] = [spec.name, false];
  for (let node = producers.get(at); node !== undefined && outputs === undefined; node = producers.get(at)) {
    const { operator, attributes, inputs } = node;
    const isTransposed = operator === 'Transpose' && String(attributes['perm']) === '1,0,2';
    const isClosing = (operator === 'Softmax' || operator === 'LogSoftmax') && isLastAxis(node);
    if (!isTransposed && !isClosing && !['Identity', 'Cast', 'Dropout'].includes(operator)) break;
    at = inputs[0]!;
    if (isTransposed) isTurned = !isTurned;
    const own = !isTurned ? order : order === orders.stepsFirst ? orders.samplesFirst : orders.stepsFirst;
    const layer = layers.find((each) => each.name === at && (each.dims === undefined || each.dims.length === 3));
    // Samples first goes before logits: characters cannot be explained without it.
    if (layer !== undefined && (own === orders.samplesFirst || found.order === orders.stepsFirst))
      found = { name: at, order: own };
  }
  if (found.order === orders.samplesFirst) return found;
  const turned = [found.name, spec.name].flatMap((name) => batchFirst(model, name) ?? []);
  return turned.length === 0 ? found : { name: turned[0]!, order: orders.samplesFirst };
}

/** A layer that holds the same numbers with the first two axes in the other order. */
function batchFirst({ graph, layers }: Model, name: string): string | undefined {
  const nodes = graph?.nodes.filter(
    ({ operator, inputs, attributes }) =>
      operator === 'Transpose' && inputs[0] === name && String(attributes['perm']) === '1,0,2',
  );
  return nodes?.map(({ outputs }) => outputs[0]!).find((output) => layers.some((layer) => layer.name === output));
}
