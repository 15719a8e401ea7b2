import { float32 } from '@understory/core';
import type { Explainer, ExplainRequest, Feeds, HeatMap, Objective } from '@understory/core';
import { ChainModel, flatten, linear, relu, type Matrix } from '@understory/testing';
import fc from 'fast-check';

/** One class whose score is `weights` times the image `[channels, height, width]`. */
export function linearScore(weights: readonly number[], dims: readonly [number, number, number]): ChainModel {
  return new ChainModel({ input: dims, steps: [flatten('flat'), linear('logits', [weights], [0])] });
}

/** S = sum_j second_j ReLU(first_j . x + bias_j). */
export interface TwoLayers {
  readonly first: Matrix;
  readonly bias: readonly number[];
  readonly second: readonly number[];
}

export function twoLayers({ first, bias, second }: TwoLayers, dims: readonly [number, number, number]): ChainModel {
  return new ChainModel({
    input: dims,
    steps: [flatten('flat'), linear('hidden', first, bias), relu('features'), linear('logits', [second], [0])],
  });
}

const dot = (left: readonly number[], right: readonly number[]) =>
  left.reduce((sum, value, at) => sum + value * right[at]!, 0);

/** The gradient of `TwoLayers`, or with `guided` what guided backpropagation makes of it, written out. */
export function plainGradient({ first, bias, second }: TwoLayers, x: readonly number[], guided = false): number[] {
  return x.map((_, at) =>
    first.reduce((sum, row, j) => {
      const isActive = dot(row, x) + bias[j]! > 0;
      const passes = isActive && (!guided || second[j]! > 0);
      return passes ? sum + second[j]! * row[at]! : sum;
    }, 0),
  );
}

export function plainScore({ first, bias, second }: TwoLayers, x: readonly number[]): number {
  return first.reduce((sum, row, j) => sum + second[j]! * Math.max(0, dot(row, x) + bias[j]!), 0);
}

/** A random network on a random image of three channels, `[3, 1, places]`, with numbers that float32 holds exactly. */
export function networkAndImage(): fc.Arbitrary<TwoLayers & { readonly x: readonly number[] }> {
  return fc.integer({ min: 1, max: 3 }).chain((places) => {
    const number = fc.integer({ min: -96, max: 96 }).map((value) => value / 64);
    const row = (length: number) => fc.array(number, { minLength: length, maxLength: length });
    const size = 3 * places;
    return fc.record({
      first: fc.array(row(size), { minLength: 3, maxLength: 3 }),
      // Odd multiples of 1/8192 keep every unit off its kink.
      bias: row(3).map((biases) => biases.map((value) => value + 1 / 8192)),
      second: row(3),
      x: row(size),
    });
  });
}

const objectiveOf = (batch: number): Objective => ({
  kind: 'score',
  output: 'logits',
  index: Array.from({ length: batch }, () => [0]),
});

/** The map of one image `[channels, height, width]` for the only class. */
export async function mapOf(
  explainer: Explainer,
  model: ChainModel,
  x: readonly number[],
  options: Pick<ExplainRequest, 'seed' | 'progress'> = {},
): Promise<HeatMap> {
  const [, ...dims] = model.inputs[0]!.dims! as number[];
  const feeds: Feeds = { pixels: float32(Float32Array.from(x), [1, ...dims]) };
  const [map] = await explainer.explain({ model, feeds, objective: objectiveOf(1), ...options });
  return map!;
}

/** Whether two maps agree to what float32 leaves of numbers of this size. */
export function close(actual: ArrayLike<number>, expected: readonly number[], tolerance = 2e-6): boolean {
  const scale = Math.max(1, ...expected.map(Math.abs));
  return (
    actual.length === expected.length &&
    expected.every((value, at) => Math.abs(value - actual[at]!) <= tolerance * scale)
  );
}

/** Folds the three channels of `[3, 1, places]`. */
export function overThree(
  values: readonly number[],
  fold: (first: number, second: number, third: number) => number,
): number[] {
  const places = values.length / 3;
  return Array.from({ length: places }, (_, place) =>
    fold(values[place]!, values[places + place]!, values[2 * places + place]!),
  );
}
