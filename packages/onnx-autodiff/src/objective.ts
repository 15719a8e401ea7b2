import type { GraphBuilder } from './builder.ts';
import { errors } from './errors.ts';
import type { Graph } from './graph.ts';
import { buildSimilarity } from './similarity.ts';
import type { Dim, ElementType, Value } from './types.ts';

/** The shape of an objective; its numbers are inputs of the differentiated model, so one model serves every class. */
export type ObjectiveForm =
  /** One element of `[N, ...]` per sample; adds an int64 input `[N, rank - 1]`, its place without the batch. */
  | { readonly kind: 'score'; readonly output: string }
  /** Softmax cross-entropy of logits `[N, C]`; adds an int64 input `[N]`. */
  | { readonly kind: 'crossEntropy'; readonly output: string }
  /** The product of `[N, ...]`, brought to length 1 a sample, with a vector a sample; adds a float32 input `[N, D]`. */
  | { readonly kind: 'similarity'; readonly output: string }
  /** Outputs times tensors of their shape, summed per sample; adds one input an output. */
  | { readonly kind: 'cotangent'; readonly outputs: readonly string[] }
  /** The sum of an output's elements, for an objective that the graph itself computes; adds no input. */
  | { readonly kind: 'total'; readonly output: string }
  /** A weighted sum; adds a float32 scalar a term, beside the inputs of the terms. */
  | { readonly kind: 'sum'; readonly terms: readonly ObjectiveForm[] };

export interface ObjectiveInput {
  readonly name: string;
  /** Which number of which term it is: `[]` for a simple objective, `[1]` for the second term of a sum. */
  readonly term: readonly number[];
  readonly role: 'index' | 'target' | 'to' | 'cotangent' | 'weight';
  /** The output it belongs to; the empty string for a weight. */
  readonly output: string;
}

export interface BuiltObjective {
  readonly inputs: readonly ObjectiveInput[];
  /** `[N]`. */
  readonly value: Value;
  /** The gradient of the summed objective with respect to each output it reads. */
  readonly seeds: ReadonlyMap<string, Value>;
}

/** The largest finite number of half precision. */
const largestHalf = 65504;

/** Writes the nodes that compute an objective's value and its gradient with respect to the outputs; throws GRADIENT_OBJECTIVE. */
export function buildObjective(form: ObjectiveForm, builder: GraphBuilder, graph: Graph): BuiltObjective {
  builder.within('objective');
  const inputs: ObjectiveInput[] = [];
  const seeds = new Map<string, Value>();

  const addInput = (
    role: ObjectiveInput['role'],
    term: readonly number[],
    output: string,
    type: ElementType,
    shape: readonly Dim[] | undefined,
  ) => {
    const suffix = role === 'cotangent' ? `${role}.${output}` : role;
    const value = builder.input(['objective', ...term, suffix].join('.'), type, shape);
    inputs.push({ name: value.name, term, role, output });
    return value;
  };

  const addSeed = (output: string, seed: Value, weight: Value | undefined) => {
    const own = weight ? builder.mul(seed, builder.cast(weight, seed.type ?? 'float32')) : seed;
    const weighted = inTypeOf(builder.value(output), own, builder);
    const existing = seeds.get(output);
    const total = existing ? builder.add(existing, weighted) : weighted;
    seeds.set(output, builder.withShape(total, builder.value(output)));
  };

  const build = (part: ObjectiveForm, term: readonly number[], weight: Value | undefined): Value => {
    if (part.kind === 'sum') {
      if (part.terms.length === 0)
        throw errors.objective('A sum needs at least one term.', 'no terms', 'one or more terms');
      return part.terms
        .map((inner, at) => {
          const own = addInput('weight', [...term, at], '', 'float32', []);
          const total = weight ? builder.mul(weight, own) : own;
          const value = build(inner, [...term, at], total);
          return builder.mul(value, builder.cast(own, value.type ?? 'float32'));
        })
        .reduce((left, right) => added(left, right, builder));
    }
    if (part.kind === 'cotangent') {
      if (part.outputs.length === 0)
        throw errors.objective('A cotangent needs at least one output.', 'no outputs', 'one or more outputs');
      return part.outputs
        .map((name) => {
          const output = outputValue(name, builder, graph);
          const cotangent = addInput('cotangent', term, name, output.type ?? 'float32', output.shape);
          addSeed(name, cotangent, weight);
          return total(builder.mul(output, cotangent));
        })
        .reduce((left, right) => builder.add(left, right));
    }
    const output = outputValue(part.output, builder, graph);
    if (part.kind === 'total') {
      addSeed(output.name, builder.filledLike(output, 1), weight);
      return total(output);
    }
    const batch = output.shape![0]!;
    if (part.kind === 'similarity') {
      const to = addInput('to', term, part.output, 'float32', [batch, sizeOfSample(output)]);
      const { value, seed } = buildSimilarity(output, to, builder);
      addSeed(output.name, seed, weight);
      return value;
    }
    return part.kind === 'score'
      ? score(output, addInput('index', term, part.output, 'int64', [batch, rankOf(output) - 1]), weight)
      : crossEntropy(output, addInput('target', term, part.output, 'int64', [batch]), weight);
  };

  const total = (value: Value): Value => {
    const axes = Array.from({ length: rankOf(value) - 1 }, (_, axis) => axis + 1);
    return builder.reduceSum(value, axes, false);
  };

  const score = (output: Value, index: Value, weight: Value | undefined): Value => {
    const place = builder.concat([sampleColumn(builder, output), index], 1);
    const value = builder.op('GatherND', [output, place]);
    const one = builder.filledLike(value, 1);
    addSeed(output.name, builder.op('ScatterND', [builder.zerosLike(output), place, one]), weight);
    return value;
  };

  const crossEntropy = (output: Value, target: Value, weight: Value | undefined): Value => {
    if (rankOf(output) !== 2) {
      throw errors.objective(
        'Cross-entropy needs logits of one vector a sample.',
        `"${output.name}" of rank ${rankOf(output)}`,
        'an output [N, classes]',
      );
    }
    const place = builder.concat([sampleColumn(builder, output), builder.unsqueeze(target, [1])], 1);
    const value = builder.neg(builder.op('GatherND', [builder.op('LogSoftmax', [output], { axis: 1 }), place]));
    const one = builder.filledLike(value, 1);
    const oneHot = builder.op('ScatterND', [builder.zerosLike(output), place, one]);
    addSeed(output.name, builder.sub(builder.op('Softmax', [output], { axis: 1 }), oneHot), weight);
    return value;
  };

  const value = build(form, [], undefined);
  return { inputs, value, seeds };
}

/** 0, 1, ... N - 1 as a column `[N, 1]`. */
function sampleColumn(builder: GraphBuilder, output: Value): Value {
  const batch = output.shape![0]!;
  if (typeof batch === 'number') {
    return builder.constant({ type: 'int64', dims: [batch, 1], values: Array.from({ length: batch }, (_, at) => at) });
  }
  const zero = builder.constant({ type: 'int64', dims: [], values: [0] });
  const one = builder.constant({ type: 'int64', dims: [], values: [1] });
  const size = builder.squeeze(builder.sizes(output, [0]), [0]);
  return builder.unsqueeze(builder.op('Range', [zero, size, one]), [1]);
}

/** The number of elements of a sample; where it is not known ahead a name of its own, for vectors may have another size. */
function sizeOfSample({ name, shape }: Value): Dim {
  const [, ...sizes] = shape!;
  const known = sizes.filter((size) => typeof size === 'number');
  return known.length === sizes.length ? known.reduce((count, size) => count * size, 1) : `${name}.size`;
}

/** The sum of two terms, in the wider type where a half of one output meets another's float32. */
function added(left: Value, right: Value, builder: GraphBuilder): Value {
  if (left.type === right.type) return builder.add(left, right);
  const type = left.type === 'float64' || right.type === 'float64' ? 'float64' : 'float32';
  return builder.add(builder.cast(left, type), builder.cast(right, type));
}

/** A seed in the type of its output; what half precision cannot hold becomes the largest number that it can. */
function inTypeOf({ type = 'float32' }: Value, seed: Value, builder: GraphBuilder): Value {
  if (seed.type === undefined || seed.type === type) return seed;
  const held = type === 'float16' ? [-largestHalf, largestHalf].map((value) => builder.scalarLike(seed, value)) : [];
  return builder.cast(held.length > 0 ? builder.op('Clip', [seed, ...held]) : seed, type);
}

function rankOf(output: Value): number {
  return output.shape!.length;
}

function outputValue(name: string, builder: GraphBuilder, graph: Graph): Value {
  if (!graph.isDefined(name)) {
    throw errors.objective(
      'The objective reads an output that the model does not have.',
      name,
      graph.outputs.map((output) => output.name).join(', '),
    );
  }
  const value = builder.value(name);
  if (!value.shape || value.shape.length === 0) {
    throw errors.objective(
      'The objective needs an output with a batch dimension.',
      `"${name}" ${value.shape ? 'is a scalar' : 'has an unknown rank'}`,
      'an output [N, ...]',
    );
  }
  return value;
}
