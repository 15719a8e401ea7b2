import { float32 } from '@understory/core';
import type { Explainer, ExplainRequest, HeatMap, Model } from '@understory/core';
import { ChainModel, flatten, linear, relu, type Matrix } from '@understory/testing';
import fc from 'fast-check';

/** One class whose score is `weights` times the image `[channels, height, width]`. */
export function linearScore(weights: readonly number[], dims: readonly [number, number, number]): ChainModel {
  return new ChainModel({ input: dims, steps: [flatten('flat'), linear('logits', [weights], [0])] });
}

/** The layer "features" is the rectified image, and `weights`, one row a class, scores it. */
export function featureScores(
  weights: Matrix,
  bias: readonly number[],
  dims: readonly [number, number, number],
): ChainModel {
  return new ChainModel({ input: dims, steps: [relu('features'), flatten('flat'), linear('logits', weights, bias)] });
}

/** The map of one image `[channels, height, width]` for the first class. */
export async function mapOf(
  explainer: Explainer,
  model: Model,
  x: readonly number[],
  options: Pick<ExplainRequest, 'seed' | 'progress' | 'layer'> = {},
): Promise<HeatMap> {
  const [, ...dims] = model.inputs[0]!.dims! as number[];
  const feeds = { pixels: float32(Float32Array.from(x), [1, ...dims]) };
  const objective = { kind: 'score', output: 'logits', index: [[0]] } as const;
  const [map] = await explainer.explain({ model, feeds, objective, layout: 'nchw', ...options });
  return map!;
}

export const sum = (values: readonly number[]): number => values.reduce((left, right) => left + right, 0);

export const dot = (left: readonly number[], right: ArrayLike<number>): number =>
  sum(left.map((value, at) => value * right[at]!));

/** Whether two maps agree to what float32 leaves of numbers of this size. */
export function close(actual: ArrayLike<number>, expected: readonly number[], tolerance = 4e-6): boolean {
  const scale = Math.max(1, ...expected.map(Math.abs));
  return (
    actual.length === expected.length &&
    expected.every((value, at) => Math.abs(value - actual[at]!) <= tolerance * scale)
  );
}

/** An image of three channels and as many weights, with numbers that float32 holds exactly. */
export function imageAndWeights(): fc.Arbitrary<{
  readonly dims: readonly [number, number, number];
  readonly x: readonly number[];
  readonly weights: readonly number[];
}> {
  return fc
    .record({ height: fc.integer({ min: 1, max: 9 }), width: fc.integer({ min: 5, max: 9 }) })
    .chain(({ height, width }) => {
      const number = fc.integer({ min: -64, max: 64 }).map((value) => value / 64);
      const numbers = fc.array(number, { minLength: 3 * height * width, maxLength: 3 * height * width });
      return fc.record({ dims: fc.constant([3, height, width] as const), x: numbers, weights: numbers });
    });
}
