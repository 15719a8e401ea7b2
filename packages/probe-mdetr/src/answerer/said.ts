import { float32, type QuestionAnswer, type Reading } from '@understory/core';

/** The numbers of one sample of a tensor. */
export interface Numbers {
  readonly output: string;
  readonly values: Float32Array;
  /** Without the batch. */
  readonly dims: readonly number[];
}

/** What a model says, with what it was read from. */
export interface Said extends QuestionAnswer {
  /** Scores of types, of answers and of tokens, in that order. */
  readonly numbers: readonly Numbers[];
}

/** A number that is explained, by its place in the values of a sample. */
export interface Weighted {
  readonly output: string;
  readonly weights: readonly (readonly [place: number, weight: number])[];
}

/**
 * Some numbers of one tensor of a model, each by a weight. Every reading is over all tensors, those that are not asked for with weights of 0, so that
 * every target of a model has one form: whatever is explained, one session computes it.
 */
export function readingOver(numbers: readonly Numbers[], { output, weights }: Weighted): Reading {
  return {
    kind: 'sum',
    terms: numbers.map((each) => {
      const data = new Float32Array(each.values.length);
      if (each.output === output) for (const [place, weight] of weights) data[place] = weight;
      return { weight: 1, of: { kind: 'weights', output: each.output, weights: float32(data, each.dims) } };
    }),
  };
}

/** The same numbers alone, for tensors that hold minus infinity where there is no token, which no weight of 0 takes away. */
export function readingOfElements(numbers: readonly Numbers[], { output, weights }: Weighted): Reading {
  const dims = numbers.find((each) => each.output === output)!.dims;
  const width = dims.at(-1)!;
  return {
    kind: 'sum',
    terms: weights.map(([place, weight]) => ({
      weight,
      of: { kind: 'element', output, index: dims.length === 1 ? [place] : [Math.floor(place / width), place % width] },
    })),
  };
}

/** The number itself. */
export function valueOf(numbers: readonly Numbers[], { output, weights }: Weighted): number {
  const { values } = numbers.find((each) => each.output === output)!;
  return weights.reduce((sum, [place, weight]) => sum + weight * values[place]!, 0);
}
