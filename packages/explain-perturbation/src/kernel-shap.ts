import { configurable } from '@understory/core';
import { weightedLeastSquares } from '@understory/statistics';
import type { Explainer, SeededRandom } from '@understory/core';
import { surrogateMaps } from './coalitions.ts';
import type { Coalition } from './coalitions.ts';
import { superpixelOptions } from './superpixels.ts';

/**
 * KernelSHAP: Shapley values of superpixels, by weighted least squares over images with some of them left out.
 *
 * phi that makes sum_z pi(z) (S(z) - S(0) - sum_i phi_i z_i)^2 smallest among those that sum to S(x) - S(0), with
 * pi(z) = (M - 1) / (binom(M, |z|) |z| (M - |z|)) for M superpixels. Lundberg and Lee 2017, "A Unified Approach to Interpreting Model Predictions",
 * theorem 2. Where `samples` reach to all 2^M - 2 coalitions, phi are the exact Shapley values. Else coalitions are drawn with the probability that
 * pi gives to their size, each with its complement (Covert and Lee 2021, "Improving KernelSHAP: Practical Shapley Value Estimation via Linear Regression", section 4.2), and count
 * alike. `details` have the score of the image (`objective`) and of the one with all left out (`baseline`).
 */
export const kernelShap = configurable(
  'The explainer "kernelshap"',
  {
    samples: {
      type: 'integer',
      default: 1000,
      range: [2, 1_000_000],
      description: 'Images with some superpixels left out that each image is explained by.',
    },
    ...superpixelOptions,
  },
  ({ samples, ...settings }): Explainer => ({
    explain: (request) =>
      surrogateMaps(request, settings, {
        id: 'kernelshap',
        score: 'objective',
        draw: (count, random) => [
          new Uint8Array(count),
          new Uint8Array(count).fill(1),
          ...(isEnumerated(count, samples) ? everyCoalition(count) : drawnCoalitions(count, samples, random)),
        ],
        fit: ([none, , ...coalitions], [baseline = 0, objective = 0, ...scores]) => ({
          importance: shapley(coalitions, scores, {
            ...{ baseline, objective, count: none!.length },
            isWeighted: isEnumerated(none!.length, samples),
          }),
          details: { objective, baseline },
        }),
      }),
  }),
);

/** Whether every coalition is scored. */
const isEnumerated = (count: number, samples: number): boolean => 2 ** count - 2 <= samples;

function everyCoalition(count: number): Coalition[] {
  return Array.from({ length: 2 ** count - 2 }, (_, at) =>
    Uint8Array.from({ length: count }, (__, one) => Math.floor((at + 1) / 2 ** one) % 2),
  );
}

/** Each followed by its complement. */
function drawnCoalitions(count: number, samples: number, random: SeededRandom): Coalition[] {
  const chances = Array.from({ length: count - 1 }, (_, at) => 1 / ((at + 1) * (count - at - 1)));
  const total = chances.reduce((sum, chance) => sum + chance, 0);
  const drawn: Coalition[] = [];
  while (drawn.length < samples) {
    let left = random.uniform() * total;
    let size = 1;
    while (size < count - 1 && left >= chances[size - 1]!) {
      left -= chances[size - 1]!;
      size += 1;
    }
    const coalition = new Uint8Array(count);
    for (const one of random.permutation(count).slice(0, size)) coalition[one] = 1;
    drawn.push(
      coalition,
      coalition.map((each) => 1 - each),
    );
  }
  return drawn.slice(0, samples);
}

interface Game {
  readonly baseline: number;
  readonly objective: number;
  readonly count: number;
  readonly isWeighted: boolean;
}

/**
 * The constraint falls out of phi = (S(x) - S(0)) / M + u: u sums to 0, so that what is left is told by z less its mean, and the shortest solution
 * has no part along the constant.
 */
function shapley(
  coalitions: readonly Coalition[],
  scores: readonly number[],
  { baseline, objective, count, isWeighted }: Game,
): Float64Array {
  const even = (objective - baseline) / count;
  const sizes = coalitions.map((coalition) => coalition.reduce((sum, each) => sum + each, 0));
  const { coefficients } = weightedLeastSquares({
    rows: coalitions.map((coalition, at) => Float64Array.from(coalition, (each) => each - sizes[at]! / count)),
    values: scores.map((score, at) => score - baseline - even * sizes[at]!),
    weights: sizes.map((size) => (isWeighted ? kernel(count, size) : 1)),
    hasIntercept: false,
  });
  return Float64Array.from({ length: count }, (_, one) => even + (coefficients[one] ?? 0));
}

/** pi of a coalition of `size`. */
function kernel(count: number, size: number): number {
  let subsets = 1;
  for (let at = 1; at <= size; at += 1) subsets *= (count - at + 1) / at;
  return (count - 1) / (subsets * size * (count - size));
}
