import {
  elementCount,
  errors,
  fromFloat32,
  outputsOf,
  similarityVectors,
  type Objective,
  type ObjectiveForm,
  type Tensor,
} from '@understory/core';
import type { ObjectiveInput, Shape, Value } from '@understory/onnx-autodiff';

/** What stays of an objective when its numbers are taken out: models are differentiated once a form. */
export function formOf(objective: Objective): ObjectiveForm {
  switch (objective.kind) {
    case 'score':
    case 'crossEntropy':
    case 'similarity':
      return { kind: objective.kind, output: objective.output };
    case 'cotangent':
      return { kind: 'cotangent', outputs: outputsOf(objective) };
    case 'sum':
      return { kind: 'sum', terms: objective.terms.map((term) => formOf(term.of)) };
  }
}

/** The same form on outputs of other names. */
export function renameForm(form: ObjectiveForm, rename: (output: string) => string): ObjectiveForm {
  switch (form.kind) {
    case 'score':
    case 'crossEntropy':
    case 'similarity':
      return { kind: form.kind, output: rename(form.output) };
    case 'cotangent':
      return { kind: 'cotangent', outputs: form.outputs.map(rename) };
    case 'sum':
      return { kind: 'sum', terms: form.terms.map((term) => renameForm(term, rename)) };
  }
}

/** The same objective on outputs of other names. */
export function renameOutputs(objective: Objective, rename: (output: string) => string): Objective {
  switch (objective.kind) {
    case 'score':
    case 'crossEntropy':
    case 'similarity':
      return { ...objective, output: rename(objective.output) };
    case 'cotangent':
      return {
        ...objective,
        cotangents: Object.fromEntries(
          Object.entries(objective.cotangents).map(([name, tensor]) => [rename(name), tensor]),
        ),
      };
    case 'sum':
      return {
        ...objective,
        terms: objective.terms.map(({ weight, of }) => ({ weight, of: renameOutputs(of, rename) })),
      };
  }
}

/** The numbers of an objective as feeds; throws TARGET_COUNT, CLASS_OUT_OF_RANGE, SIMILARITY_INVALID or FEEDS_INVALID where they do not fit. */
export function objectiveFeeds(
  objective: Objective,
  inputs: readonly ObjectiveInput[],
  batch: number,
  shapeOf: (output: string) => Shape,
): Record<string, Tensor> {
  return Object.fromEntries(inputs.map((input) => [input.name, numbers(objective, input, batch, shapeOf)]));
}

/** Zeros in place of the numbers of an objective; undefined where a size is not known ahead. */
export function neutralFeeds(inputs: readonly Value[], batch: number): Record<string, Tensor> | undefined {
  const feeds: Record<string, Tensor> = {};
  for (const { name, type, shape } of inputs) {
    const dims = shape?.map((dim, axis) => (axis === 0 ? batch : dim));
    if (type === 'string' || type === 'bfloat16' || !dims?.every((dim) => typeof dim === 'number')) return undefined;
    const count = elementCount(dims);
    feeds[name] =
      type === 'int64'
        ? { type, dims, data: new BigInt64Array(count) }
        : fromFloat32(new Float32Array(count), type ?? 'float32', dims);
  }
  return feeds;
}

function numbers(
  objective: Objective,
  input: ObjectiveInput,
  batch: number,
  shapeOf: (output: string) => Shape,
): Tensor {
  const weight = input.role === 'weight' ? input.term.at(-1) : undefined;
  const term = at(objective, weight === undefined ? input.term : input.term.slice(0, -1));
  if (weight !== undefined && term.kind === 'sum') {
    return { type: 'float32', dims: [], data: Float32Array.of(term.terms[weight]!.weight) };
  }
  const sizes = shapeOf(input.output)?.slice(1) ?? [];
  if (term.kind === 'score') {
    checkCount(term.index.length, batch);
    for (const index of term.index) checkIndex(index, sizes, input.output);
    return { type: 'int64', dims: [batch, sizes.length], data: BigInt64Array.from(term.index.flat(), BigInt) };
  }
  if (term.kind === 'crossEntropy') {
    checkCount(term.target.length, batch);
    for (const target of term.target) checkIndex([target], sizes, input.output);
    return { type: 'int64', dims: [batch], data: BigInt64Array.from(term.target, BigInt) };
  }
  if (term.kind === 'similarity') {
    checkCount(term.to.dims[0] ?? 0, batch);
    return similarityVectors(term, sizes);
  }
  if (term.kind === 'cotangent') {
    const cotangent = term.cotangents[input.output]!;
    checkCount(cotangent.dims[0] ?? 0, batch);
    const fits =
      cotangent.dims.length === sizes.length + 1 &&
      sizes.every((size, axis) => typeof size === 'string' || size === cotangent.dims[axis + 1]);
    if (!fits) {
      throw errors.feedsInvalid({
        input: `cotangent of ${input.output}`,
        found: `[${cotangent.dims.join(', ')}]`,
        expected: `[${[batch, ...sizes].join(', ')}]`,
      });
    }
    return cotangent;
  }
  throw new RangeError(`the objective has no ${input.role} at ${input.term.join('.')}`);
}

function at(objective: Objective, term: readonly number[]): Objective {
  return term.reduce((part, index) => {
    if (part.kind !== 'sum') throw new RangeError('only sums have terms');
    return part.terms[index]!.of;
  }, objective);
}

function checkCount(targets: number, batch: number): void {
  if (targets !== batch) throw errors.targetCount({ targets, batch });
}

function checkIndex(index: readonly number[], sizes: readonly (number | string)[], output: string): void {
  if (index.length !== sizes.length) {
    throw errors.feedsInvalid({
      input: `index into ${output}`,
      found: `${index.length} numbers`,
      expected: `${sizes.length}, one for each dimension but the batch`,
    });
  }
  index.forEach((place, axis) => {
    const size = sizes[axis]!;
    if (!Number.isInteger(place) || place < 0 || (typeof size === 'number' && place >= size)) {
      throw errors.classOutOfRange({ index: place, classCount: typeof size === 'number' ? size : undefined });
    }
  });
}
