import { float32 } from '@understory/core';
import type { Explainer, HeatMap, Objective } from '@understory/core';
import { ChainModel, flatten, linear, type ChainStep, type Matrix } from '@understory/testing';
import fc from 'fast-check';

/** `[K][places]`, of one sample. */
export interface Known {
  readonly activations: Matrix;
  readonly gradients: Matrix;
}

const unchanged: ChainStep = {
  operator: 'Identity',
  name: 'features',
  modules: ['backbone'],
  forward: (input) => input,
  backward: (_, gradient) => gradient,
};

/** The map of a network whose layer "features" has exactly these activations and, for its only class, these gradients. */
export async function mapOf(explainer: Explainer, { activations, gradients }: Known, width = 1): Promise<HeatMap> {
  const channels = activations.length;
  const places = activations[0]!.length;
  const model = new ChainModel({
    input: [channels, places / width, width],
    steps: [unchanged, flatten('flat'), linear('logits', [gradients.flat()], [0])],
  });
  const feeds = { pixels: float32(Float32Array.from(activations.flat()), [1, channels, places / width, width]) };
  const objective: Objective = { kind: 'score', output: 'logits', index: [[0]] };
  const [map] = await explainer.explain({ model, feeds, objective, layer: 'features', layout: 'nchw' });
  return map!;
}

/** Numbers that float32 holds exactly, activations as behind a ReLU when `low` is 0. */
export function known(low = -2): fc.Arbitrary<Known> {
  return fc
    .record({ channels: fc.integer({ min: 1, max: 5 }), places: fc.integer({ min: 1, max: 6 }) })
    .chain(({ channels, places }) => {
      const matrix = (least: number) => {
        const number = fc.integer({ min: 64 * least, max: 128 }).map((value) => value / 64);
        const row = fc.array(number, { minLength: places, maxLength: places });
        return fc.array(row, { minLength: channels, maxLength: channels });
      };
      return fc.record({ activations: matrix(low), gradients: matrix(-2) });
    });
}

/** Whether two maps agree to what float32 leaves of sums of this size. */
export function close(actual: ArrayLike<number>, expected: readonly number[]): boolean {
  const scale = Math.max(1, ...expected.map(Math.abs));
  return (
    actual.length === expected.length && expected.every((value, at) => Math.abs(value - actual[at]!) <= 2e-6 * scale)
  );
}

export const sum = (values: readonly number[]): number => values.reduce((left, right) => left + right, 0);

/** ReLU(sum_k w_k A_k), place by place. */
export function weighted(weights: readonly number[], activations: Matrix): number[] {
  return activations[0]!.map((_, place) =>
    Math.max(0, sum(weights.map((weight, k) => weight * activations[k]![place]!))),
  );
}
