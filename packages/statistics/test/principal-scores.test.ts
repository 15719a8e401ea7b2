import { describe, expect, it } from '@jest/globals';
import { principalScores } from '@understory/statistics';
import fc from 'fast-check';

type Rows = readonly (readonly number[])[];

const dot = (left: readonly number[], right: readonly number[]) =>
  left.reduce((sum, value, at) => sum + value * right[at]!, 0);

/** The first axis of variables by variables, from what remains of X X^T when it is squared again and again. */
function plain(values: Rows, isCentred: boolean): number[] {
  const rows = values.map((row) => {
    const mean = isCentred
      ? dot(
          row,
          row.map(() => 1),
        ) / row.length
      : 0;
    return row.map((value) => value - mean);
  });
  let power: Rows = rows.map((left) => rows.map((right) => dot(left, right)));
  const size = Math.max(...power.flat().map(Math.abs));
  if (size < 1e-12) return rows[0]!.map(() => 0);
  for (let times = 0; times < 40; times += 1) {
    const squared = power.map((left) => power.map((right) => dot(left, right)));
    const largest = Math.max(...squared.flat().map(Math.abs));
    power = squared.map((row) => row.map((value) => value / largest));
  }
  const column = power.reduce((best, row) => (dot(row, row) > dot(best, best) ? row : best));
  const length =
    Math.sqrt(dot(column, column)) *
    (dot(
      column,
      column.map(() => 1),
    ) < 0
      ? -1
      : 1);
  return rows[0]!.map(
    (_, at) =>
      dot(
        column,
        rows.map((row) => row[at]!),
      ) / length,
  );
}

describe('principalScores', () => {
  it('is the length of observations on a line, with the sign that rises with their sum', () => {
    // Along (-3, 4) / 5, whose sum is positive.
    const scores = principalScores([-3, 6, -9, 4, -8, 12], 2, { isCentred: false });
    [5, -10, 15].forEach((expected, at) => expect(scores[at]).toBeCloseTo(expected, 10));
    const centred = principalScores([-3, 6, -9, 4, -8, 12], 2);
    [5, -10, 15].forEach((expected, at) => expect(centred[at]).toBeCloseTo(expected - 10 / 3, 10));
  });

  it('equals the limit of powers of X X^T, with more variables than observations and with fewer', () => {
    const matrix = fc
      .record({ variables: fc.integer({ min: 1, max: 6 }), observations: fc.integer({ min: 1, max: 6 }) })
      .chain(({ variables, observations }) => {
        const number = fc.integer({ min: -64, max: 128 }).map((value) => value / 64);
        const row = fc.array(number, { minLength: observations, maxLength: observations });
        return fc.array(row, { minLength: variables, maxLength: variables });
      });
    fc.assert(
      fc.property(matrix, fc.boolean(), (values, isCentred) => {
        const expected = plain(values, isCentred);
        const scores = principalScores(values.flat(), values.length, { isCentred });
        const size = Math.max(1, ...expected.map(Math.abs));
        const differences = (sign: number) => expected.map((value, at) => Math.abs(value - sign * scores[at]!) / size);
        // Where loadings sum to nothing, rounding decides the sign; where two axes are as long, which of them it is.
        const total = Math.abs(
          dot(
            expected,
            values[0]!.map((_, at) =>
              dot(
                values.map((row) => row[at]!),
                values.map(() => 1),
              ),
            ),
          ),
        );
        return Math.max(...differences(1)) < 1e-6 || (total < 1e-9 && Math.max(...differences(-1)) < 1e-6);
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  it('is 0 where nothing varies, and NaN where a value is not finite', () => {
    expect([...principalScores([2, 2, 3, 3], 2)]).toEqual([0, 0]);
    expect([...principalScores([2, 2, Infinity, 3], 2)]).toEqual([NaN, NaN]);
  });
});
