export interface NonNegativeFactorsOptions {
  /** How many pairs of factors, at most the smaller side of the values. */
  readonly rank: number;
  /** Uniform in [0, 1). */
  readonly uniform: () => number;
  readonly iterations?: number;
}

export interface NonNegativeFactors {
  /** `[rank][rows]`, each of length 1 or all 0. */
  readonly left: readonly Float64Array[];
  /** `[rank][columns]`. */
  readonly right: readonly Float64Array[];
  /** What they leave of the values: the fraction of the sum of squares. */
  readonly remainder: number;
}

/** Ten rounds that bring less than this fraction of the sum of squares are the last. */
const TOLERANCE = 1e-9;

/**
 * Non-negative W `[rows, rank]` and H `[rank, columns]` that make |V - W H|^2 small, for `values` V `[rows, columns]` of which none is negative.
 *
 * One pair of factors after the other is set to its best, the others held: W_k <- max(0, (V - sum_{j != k} W_j H_j) H_k^T / |H_k|^2) and the same for H. Cichocki and Phan
 * 2009, "Fast Local Algorithms for Large Scale Nonnegative Matrix and Tensor Factorizations", algorithm 2. Starts from random factors; what it ends in is a local minimum.
 */
export function nonNegativeFactors(
  values: ArrayLike<number>,
  rows: number,
  { rank, uniform, iterations = 500 }: NonNegativeFactorsOptions,
): NonNegativeFactors {
  const columns = values.length / rows;
  const matrix = Array.from({ length: rows }, (_, row) =>
    Float64Array.from({ length: columns }, (__, column) => values[row * columns + column]!),
  );
  const turned = Array.from({ length: columns }, (_, column) => Float64Array.from(matrix, (row) => row[column]!));
  const square = matrix.reduce((sum, row) => sum + dot(row, row), 0);
  const mean = matrix.reduce((sum, row) => sum + row.reduce((all, value) => all + value, 0), 0) / values.length;
  const count = Math.min(rank, rows, columns);
  const start = (length: number) =>
    Array.from({ length: count }, () =>
      Float64Array.from({ length }, () => Math.sqrt(Math.max(mean, 0) / count) * (0.1 + uniform())),
    );
  const [left, right] = [start(rows), start(columns)];
  let before = Infinity;
  for (let round = 0; round < iterations && square > 0; round += 1) {
    improve(left, right, matrix);
    improve(right, left, turned);
    if (round % 10 !== 9) continue;
    const error = errorOf(left, right, turned, square);
    if (before - error < TOLERANCE * square) break;
    before = error;
  }
  left.forEach((factor, at) => {
    const length = Math.sqrt(dot(factor, factor));
    factor.forEach((value, row) => (factor[row] = length > 0 ? value / length : 0));
    right[at]!.forEach((value, column) => (right[at]![column] = value * length));
  });
  return { left, right, remainder: square > 0 ? errorOf(left, right, turned, square) / square : 0 };
}

/** Sets each of `factors` `[rank][n]` to its best for `others` `[rank][m]`, of `matrix` `[n][m]`. */
function improve(
  factors: readonly Float64Array[],
  others: readonly Float64Array[],
  matrix: readonly Float64Array[],
): void {
  factors.forEach((factor, at) => {
    const other = others[at]!;
    const overlaps = others.map((each) => dot(each, other));
    if (!(overlaps[at]! > 0)) return;
    matrix.forEach((row, place) => {
      let best = dot(row, other);
      for (let each = 0; each < factors.length; each += 1)
        if (each !== at) best -= factors[each]![place]! * overlaps[each]!;
      factor[place] = Math.max(0, best / overlaps[at]!);
    });
  });
}

/** |V - W H|^2 from products, for `turned` V^T `[columns][rows]`. */
function errorOf(
  left: readonly Float64Array[],
  right: readonly Float64Array[],
  turned: readonly Float64Array[],
  square: number,
): number {
  let error = square;
  left.forEach((factor, at) => {
    turned.forEach((column, place) => (error -= 2 * right[at]![place]! * dot(column, factor)));
    left.forEach((each, other) => (error += dot(factor, each) * dot(right[at]!, right[other]!)));
  });
  return Math.max(0, error);
}

function dot(left: Float64Array, right: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < left.length; at += 1) sum += left[at]! * right[at]!;
  return sum;
}
