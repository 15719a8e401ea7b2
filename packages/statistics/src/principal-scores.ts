import { EigenvalueDecomposition, Matrix } from 'ml-matrix';

export interface PrincipalScoresOptions {
  /** Whether the mean of each variable is taken off first, as in principal component analysis; true by default. */
  readonly isCentred?: boolean;
}

/**
 * What each observation scores on the first principal axis: X^T v for `values` X `[variables, observations]` and its first left
 * singular vector v of length 1.
 *
 * A singular vector has no sign: v is turned so that its elements sum to no less than 0, and scores then rise with the sum of the
 * variables. All 0 where X is, all NaN where a value is not finite. The eigenvectors are those of the smaller of X X^T and X^T X.
 */
export function principalScores(
  values: ArrayLike<number>,
  variables: number,
  { isCentred = true }: PrincipalScoresOptions = {},
): Float64Array {
  const observations = values.length / variables;
  const rows = Array.from({ length: variables }, (_, variable) => {
    const row = Float64Array.from({ length: observations }, (__, at) => values[variable * observations + at]!);
    const mean = isCentred ? row.reduce((sum, value) => sum + value, 0) / observations : 0;
    return row.map((value) => value - mean);
  });
  if (rows.some((row) => !row.every(Number.isFinite))) return new Float64Array(observations).fill(NaN);
  const scores =
    variables <= observations
      ? project(rows, leading(gram(rows)).vector)
      : scaled(leading(gram(columnsOf(rows, observations))));
  const totals = project(rows, new Float64Array(variables).fill(1));
  const along = scores.reduce((sum, score, at) => sum + score * totals[at]!, 0);
  return along < 0 ? scores.map((score) => -score) : scores;
}

interface Leading {
  readonly vector: Float64Array;
  readonly value: number;
}

function project(rows: readonly Float64Array[], weights: Float64Array): Float64Array {
  const sums = new Float64Array(rows[0]?.length ?? 0);
  rows.forEach((row, variable) => {
    const weight = weights[variable]!;
    for (let at = 0; at < sums.length; at += 1) sums[at]! += weight * row[at]!;
  });
  return sums;
}

/** The scores of observations themselves, from the eigenvector of their products. */
function scaled({ vector, value }: Leading): Float64Array {
  const length = Math.sqrt(Math.max(value, 0));
  return vector.map((element) => element * length);
}

function columnsOf(rows: readonly Float64Array[], count: number): readonly Float64Array[] {
  return Array.from({ length: count }, (_, at) => Float64Array.from(rows, (row) => row[at]!));
}

/** The products of every two rows. */
function gram(rows: readonly Float64Array[]): Matrix {
  const products = Matrix.zeros(rows.length, rows.length);
  for (let left = 0; left < rows.length; left += 1) {
    for (let right = 0; right <= left; right += 1) {
      const [one, other] = [rows[left]!, rows[right]!];
      let sum = 0;
      for (let at = 0; at < one.length; at += 1) sum += one[at]! * other[at]!;
      products.set(left, right, sum);
      products.set(right, left, sum);
    }
  }
  return products;
}

function leading(products: Matrix): Leading {
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(products, { assumeSymmetric: true });
  const at = realEigenvalues.reduce((best, value, index) => (value > realEigenvalues[best]! ? index : best), 0);
  return { vector: Float64Array.from(eigenvectorMatrix.getColumn(at)), value: realEigenvalues[at]! };
}
