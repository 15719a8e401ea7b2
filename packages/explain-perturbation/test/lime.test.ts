import { describe, expect, it } from '@jest/globals';
import { seededRandom } from '@understory/core';
import { lime } from '@understory/explain-perturbation';
import { captumOf } from './captum.ts';
import { close, dot, featureScores, linearScore, mapOf, sum } from './networks.ts';

describe('lime', () => {
  const x = [0.9, -0.4, 0.7, 0.2, -0.8, 0.6];
  const weights = [2, -1, 3, 0.5, 1, -2];
  const pixelwise = { segmentation: 'grid', segments: 6, fill: 'constant', score: 'objective' } as const;

  it('is what a superpixel adds to a linear score where nothing holds coefficients back', async () => {
    const map = await mapOf(lime({ ...pixelwise, ridge: 0, samples: 80 }), linearScore(weights, [1, 2, 3]), x);
    expect(
      close(
        map.data,
        x.map((value, at) => value * weights[at]!),
      ),
    ).toBe(true);
    expect(map.details!['fit']).toBeCloseTo(1, 6);
    expect(map.details!['intercept']).toBeCloseTo(0, 5);
  });

  it.each(['cosine', 'euclidean'] as const)(
    'solves the normal equations of a ridge with a constant, weighted by the %s distance',
    async (distance) => {
      const model = featureScores(
        [
          [2, 1, -1, 0.5, 1, -2],
          [0, 1, 1, 1, 0, 1],
        ],
        [0.5, -0.5],
        [1, 2, 3],
      );
      const options = { ...pixelwise, distance, samples: 40, kernel: 0.4, ridge: 0.7 } as const;
      const map = await mapOf(lime({ ...options, score: 'probability' }), model, x, { seed: 9 });
      const random = seededRandom(9).fork('lime');
      const coalitions = Array.from({ length: 40 }, (_, at) =>
        x.map(() => (at === 0 || random.uniform() < 0.5 ? 1 : 0)),
      );
      const values = coalitions.map((coalition) => {
        const shown = x.map((value, at) => Math.max(value * coalition[at]!, 0));
        const first = 0.5 + 2 * shown[0]! + shown[1]! - shown[2]! + 0.5 * shown[3]! + shown[4]! - 2 * shown[5]!;
        const second = -0.5 + shown[1]! + shown[2]! + shown[3]! + shown[5]!;
        return 1 / (1 + Math.exp(second - first));
      });
      const kernel = coalitions.map((coalition) => {
        const part = sum(coalition) / 6;
        return Math.exp(-((distance === 'cosine' ? 1 - Math.sqrt(part) : Math.sqrt(1 - part)) ** 2) / 0.16);
      });
      // A convex error is smallest where it has no slope, in the coefficients and in the constant.
      const { intercept, fit } = map.details!;
      const told = coalitions.map((coalition) => dot(coalition, map.data) + intercept!);
      const pulls = values.map((value, at) => kernel[at]! * (told[at]! - value));
      map.data.forEach((coefficient, one) => {
        const slope = sum(coalitions.map((coalition, at) => pulls[at]! * coalition[one]!)) + 0.7 * coefficient;
        expect(Math.abs(slope)).toBeLessThan(1e-5);
      });
      expect(Math.abs(sum(pulls))).toBeLessThan(1e-5);
      expect(Math.max(...map.data)).toBeGreaterThan(0.05);
      const mean = sum(values.map((value, at) => kernel[at]! * value)) / sum(kernel);
      const missed = sum(values.map((value, at) => kernel[at]! * (value - told[at]!) ** 2));
      const spread = sum(values.map((value, at) => kernel[at]! * (value - mean) ** 2));
      expect(fit).toBeCloseTo(1 - missed / spread, 5);
    },
  );

  it('fits a score that nothing changes', async () => {
    const map = await mapOf(lime({ ...pixelwise, samples: 5 }), linearScore([0, 0, 0, 0, 0, 0], [1, 2, 3]), x);
    expect([...map.data]).toEqual([0, 0, 0, 0, 0, 0]);
    expect(map.details).toMatchObject({ fit: 1, superpixels: 6 });
  });

  it("equals Captum's with the same coalitions", async () => {
    const { map, expected } = await captumOf('lime', lime({ segmentation: 'grid', segments: 9, samples: 200 }), 5);
    const largest = Math.max(...expected.map(Math.abs));
    map.forEach((value, cell) => expect(Math.abs(value - expected[cell]!)).toBeLessThan(1e-4 * largest));
  });
});
