import { describe, expect, it } from '@jest/globals';
import { weightedLeastSquares } from '@understory/statistics';
import fc from 'fast-check';

const number = fc.integer({ min: -64, max: 64 }).map((value) => value / 16);

describe('weightedLeastSquares', () => {
  it('finds a plane', () => {
    const rows = [
      [0, 0],
      [1, 0],
      [0, 1],
      [1, 1],
    ];
    const { coefficients, intercept } = weightedLeastSquares({ rows, values: [3, 5, 2, 4], weights: [1, 2, 1, 5] });
    expect(coefficients[0]).toBeCloseTo(2, 10);
    expect(coefficients[1]).toBeCloseTo(-1, 10);
    expect(intercept).toBeCloseTo(3, 10);
  });

  it('leaves no slope of the penalised error, for any data, weights, ridge and with a constant or without', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 4 }).chain((variables) =>
          fc.record({
            points: fc.array(
              fc.record({
                row: fc.array(number, { minLength: variables, maxLength: variables }),
                value: number,
                weight: fc.integer({ min: 0, max: 8 }).map((value) => value / 4),
              }),
              { minLength: 1, maxLength: 8 },
            ),
            ridge: fc.constantFrom(0, 0.5, 3),
            hasIntercept: fc.boolean(),
          }),
        ),
        ({ points, ridge, hasIntercept }) => {
          const { coefficients, intercept } = weightedLeastSquares({
            rows: points.map(({ row }) => row),
            values: points.map(({ value }) => value),
            weights: points.map(({ weight }) => weight),
            ...{ ridge, hasIntercept },
          });
          const missed = points.map(({ row, value, weight }) => {
            const told = row.reduce((sum, each, at) => sum + each * coefficients[at]!, intercept);
            return weight * (told - value);
          });
          coefficients.forEach((coefficient, at) => {
            const slope = points.reduce((sum, { row }, one) => sum + missed[one]! * row[at]!, ridge * coefficient);
            expect(Math.abs(slope)).toBeLessThan(1e-8);
          });
          if (hasIntercept) expect(Math.abs(missed.reduce((sum, each) => sum + each, 0))).toBeLessThan(1e-8);
          else expect(intercept).toBe(0);
        },
      ),
      { seed: 1, numRuns: 300 },
    );
  });

  it('takes the shortest of several solutions, and nothing for no observations', () => {
    const { coefficients } = weightedLeastSquares({
      ...{ rows: [[1, 1]], values: [4], weights: [1], hasIntercept: false },
    });
    expect(coefficients[0]).toBeCloseTo(2, 10);
    expect(coefficients[1]).toBeCloseTo(2, 10);
    expect(weightedLeastSquares({ rows: [], values: [], weights: [] })).toEqual({
      coefficients: new Float64Array(0),
      intercept: 0,
    });
  });
});
