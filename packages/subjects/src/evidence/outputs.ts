import type { Dimension, Model, ModelFacts, TensorSpec } from '@understory/core';
import { batchesOf, isFloat } from '@understory/core';
import { nodesBehind, originOf, producersOf } from './graph.ts';

/** Operators that find out by the values how many rows there are, so that the first axis of what follows is not the batch. */
const countsRows = new Set(['NonMaxSuppression', 'NonZero', 'Unique', 'Compress']);

/** The tensors that may hold the answer: those that the user named, else every output of numbers that depends on the picture. */
export function answersOf({ model, outputs, input }: ModelFacts): readonly TensorSpec[] {
  if (outputs !== undefined) {
    const all = [...model.outputs, ...model.layers];
    return outputs.flatMap((name) => all.find((tensor) => tensor.name === name) ?? []);
  }
  const pictures = input === undefined ? picturesOf(model) : [input];
  return model.outputs.flatMap((output) => {
    const found = isFloat(output) ? output : dequantised(model, output);
    return found !== undefined && isOfPictures(model, output.name, pictures) ? [found] : [];
  });
}

function picturesOf({ inputs }: Model): readonly string[] {
  return inputs.filter(({ dims }) => dims?.length === 4).map(({ name }) => name);
}

function isOfPictures({ graph, inputs }: Model, output: string, pictures: readonly string[]): boolean {
  if (graph === undefined || pictures.length === 0) return true;
  const nodes = nodesBehind(graph, output);
  if ([...nodes].some(({ operator }) => countsRows.has(operator))) return false;
  // A graph that leads to no input is not told whole.
  const read = new Set([...nodes].flatMap((node) => node.inputs));
  return pictures.some((name) => read.has(name)) || !inputs.some(({ name }) => read.has(name));
}

/** What a quantised output holds in floating point, where that is a tensor of the model. */
function dequantised({ graph, layers }: Model, { name, type }: TensorSpec): TensorSpec | undefined {
  if (graph === undefined || (type !== 'uint8' && type !== 'int8')) return undefined;
  const node = producersOf(graph).get(name);
  if (node?.operator !== 'QuantizeLinear') return undefined;
  const source = originOf(graph, node.inputs[0]!);
  return layers.find((layer) => isFloat(layer) && (layer.name === node.inputs[0] || layer.name === source));
}

/** An output that holds a row of numbers a sample. */
export interface Row {
  readonly spec: TensorSpec;
  /** Undefined where it is only known when the model runs. */
  readonly count: number | undefined;
}

/** The outputs `[N]`, `[N, C]` or with further axes of one element that hold a row of numbers for each picture of the batch. */
export function rowsOf(facts: ModelFacts): readonly Row[] {
  const [batch] = batchesOf(facts.model.inputs);
  return answersOf(facts).flatMap((spec) => {
    const { dims } = spec;
    if (dims === undefined || dims.length === 0 || !isBatch(dims[0]!, batch)) return [];
    const wide = dims.slice(1).filter((dim) => dim !== 1);
    if (wide.length > 1) return [];
    const [count = 1] = wide;
    return [{ spec, count: typeof count === 'number' ? count : undefined }];
  });
}

/** Whether a first dimension can be the batch of the pictures. */
export function isBatch(dim: Dimension, batch: Dimension | undefined): boolean {
  if (batch === undefined || typeof dim === 'string') return true;
  return typeof batch === 'number' ? dim === batch : dim === 1;
}

/** Whether another of these tensors is computed from this one, so that it is a step on the way. */
export function isStep({ graph }: Model, name: string, others: readonly string[]): boolean {
  if (graph === undefined) return false;
  return others.some((other) => {
    if (other === name) return false;
    return [...nodesBehind(graph, other)].some(({ inputs }) => inputs.includes(name));
  });
}
