import { EigenvalueDecomposition, Matrix } from 'ml-matrix';

/** Eigenvalues below this fraction of the largest are taken for rounding. */
const SMALLEST = 1e-12;

export interface WeightedLeastSquares {
  /** What each observation has of every variable, `[observations][variables]`. */
  readonly rows: readonly ArrayLike<number>[];
  /** What is to be told, one value an observation. */
  readonly values: ArrayLike<number>;
  /** Not negative, one an observation. */
  readonly weights: ArrayLike<number>;
  /** How much the squares of the coefficients count; 0 by default. The intercept never counts. */
  readonly ridge?: number;
  /** Whether a constant is fitted as well; true by default. */
  readonly hasIntercept?: boolean;
}

export interface LinearFit {
  readonly coefficients: Float64Array;
  /** 0 where none is fitted. */
  readonly intercept: number;
}

/**
 * The b and a that make sum_i w_i (y_i - a - x_i b)^2 + ridge |b|^2 smallest; of several, the b of least length.
 *
 * By the normal equations about weighted means, through the eigenvectors of X^T W X: directions in which observations do not differ get nothing.
 */
export function weightedLeastSquares({
  rows,
  values,
  weights,
  ridge = 0,
  hasIntercept = true,
}: WeightedLeastSquares): LinearFit {
  const variables = rows[0]?.length ?? 0;
  const total = rows.reduce((sum, _, at) => sum + weights[at]!, 0);
  const middle = new Float64Array(variables);
  let level = 0;
  if (hasIntercept && total > 0) {
    rows.forEach((row, at) => {
      const share = weights[at]! / total;
      level += share * values[at]!;
      for (let one = 0; one < variables; one += 1) middle[one]! += share * row[one]!;
    });
  }
  const products = Array.from({ length: variables }, () => new Float64Array(variables));
  const targets = new Float64Array(variables);
  const centred = new Float64Array(variables);
  rows.forEach((row, at) => {
    for (let one = 0; one < variables; one += 1) centred[one] = row[one]! - middle[one]!;
    for (let one = 0; one < variables; one += 1) {
      const scaled = weights[at]! * centred[one]!;
      targets[one]! += scaled * (values[at]! - level);
      const own = products[one]!;
      for (let other = 0; other < variables; other += 1) own[other]! += scaled * centred[other]!;
    }
  });
  const coefficients = variables === 0 ? new Float64Array(0) : solved(products, targets, ridge);
  return {
    coefficients,
    intercept: level - coefficients.reduce((sum, each, one) => sum + each * middle[one]!, 0),
  };
}

function solved(products: readonly Float64Array[], targets: Float64Array, ridge: number): Float64Array {
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(new Matrix(products), {
    assumeSymmetric: true,
  });
  const least = SMALLEST * realEigenvalues.reduce((most, value) => Math.max(most, value), 0);
  const solution = new Float64Array(targets.length);
  realEigenvalues.forEach((value, at) => {
    if (value <= least) return;
    const direction = eigenvectorMatrix.getColumn(at);
    const along = direction.reduce((sum, each, one) => sum + each * targets[one]!, 0) / (value + ridge);
    direction.forEach((each, one) => (solution[one]! += along * each));
  });
  return solution;
}
