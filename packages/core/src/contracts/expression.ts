import type { Tensor } from '../tensor/tensor.ts';

/**
 * Arithmetic on tensors as data, which a backend turns into nodes of its own. Shapes broadcast as in NumPy; the first dimension of
 * whatever depends on a sample is the batch. The same object stands for the same value, so what is used twice is computed once.
 */
export type Expression =
  /** What is fed under this name. */
  | { readonly kind: 'input'; readonly name: string }
  /** An output or layer of the model. */
  | { readonly kind: 'tensor'; readonly name: string }
  /** The objective of each sample, `[N]`. */
  | { readonly kind: 'objective' }
  /** The gradient of the summed objective with respect to an input of the program, shaped as that input. */
  | { readonly kind: 'gradient'; readonly of: string }
  /** A float32 number, or a tensor without a batch. */
  | { readonly kind: 'constant'; readonly value: number | Tensor<'float32'> }
  | { readonly kind: 'unary'; readonly operator: UnaryOperator; readonly of: Expression }
  | {
      readonly kind: 'binary';
      readonly operator: BinaryOperator;
      readonly left: Expression;
      readonly right: Expression;
    }
  /** `then` where `left > right`, else `otherwise`. */
  | {
      readonly kind: 'whereGreater';
      readonly left: Expression;
      readonly right: Expression;
      readonly then: Expression;
      readonly otherwise: Expression;
    }
  /** Over these axes, which keep a size of 1. */
  | {
      readonly kind: 'reduce';
      readonly operator: 'sum' | 'maximum' | 'minimum';
      readonly of: Expression;
      readonly axes: readonly number[];
    }
  /** The matrices in the last two axes multiplied; axes in front of them broadcast, and the batch is one of these. */
  | { readonly kind: 'matrixProduct'; readonly left: Expression; readonly right: Expression }
  /** Over axis 1. */
  | { readonly kind: 'softmax' | 'logSoftmax'; readonly of: Expression }
  /** The values along the last axis from largest to smallest: all of them, or the first `count`. */
  | { readonly kind: 'sortDescending'; readonly of: Expression; readonly count?: number }
  /** Running sums along the last axis. */
  | { readonly kind: 'cumulativeSum'; readonly of: Expression }
  /** One element a sample of `[N, C]`, as `[N, 1]`; `index` is an int64 input `[N]`. */
  | { readonly kind: 'pick'; readonly of: Expression; readonly index: Expression }
  /** `of [N, C]` with `by` added to one element a sample; `index` is an int64 input `[N]`. */
  | { readonly kind: 'addAt'; readonly of: Expression; readonly index: Expression; readonly by: number }
  /** To these dimensions, the batch left out; -1 is what is left over. */
  | { readonly kind: 'reshape'; readonly of: Expression; readonly dims: readonly number[] }
  | { readonly kind: 'transpose'; readonly of: Expression; readonly order: readonly number[] }
  /** The entries of `indices` along an axis, in that order. */
  | { readonly kind: 'take'; readonly of: Expression; readonly axis: number; readonly indices: readonly number[] };

export type UnaryOperator = 'negate' | 'absolute' | 'sign' | 'squareRoot' | 'exponential' | 'logarithm';

export type BinaryOperator = 'add' | 'subtract' | 'multiply' | 'divide' | 'minimum' | 'maximum';

type Operand = Expression | number;

/** Builds expressions; a number stands for a constant. */
export const expression = {
  input: (name: string): Expression => ({ kind: 'input', name }),
  tensor: (name: string): Expression => ({ kind: 'tensor', name }),
  objective: (): Expression => ({ kind: 'objective' }),
  gradient: (of: string): Expression => ({ kind: 'gradient', of }),
  constant: (value: number | Tensor<'float32'>): Expression => ({ kind: 'constant', value }),
  negate: (of: Expression) => unary('negate', of),
  absolute: (of: Expression) => unary('absolute', of),
  /** -1, 0 or 1. */
  sign: (of: Expression) => unary('sign', of),
  squareRoot: (of: Expression) => unary('squareRoot', of),
  exponential: (of: Expression) => unary('exponential', of),
  logarithm: (of: Expression) => unary('logarithm', of),
  add: (left: Operand, right: Operand) => binary('add', left, right),
  subtract: (left: Operand, right: Operand) => binary('subtract', left, right),
  multiply: (left: Operand, right: Operand) => binary('multiply', left, right),
  divide: (left: Operand, right: Operand) => binary('divide', left, right),
  minimum: (left: Operand, right: Operand) => binary('minimum', left, right),
  maximum: (left: Operand, right: Operand) => binary('maximum', left, right),
  /** `[..., i, k]` times `[..., k, j]`. */
  matrixProduct: (left: Expression, right: Expression): Expression => ({ kind: 'matrixProduct', left, right }),
  whereGreater: (left: Operand, right: Operand, then: Operand, otherwise: Operand): Expression => ({
    kind: 'whereGreater',
    left: operand(left),
    right: operand(right),
    then: operand(then),
    otherwise: operand(otherwise),
  }),
  sum: (of: Expression, axes: readonly number[]): Expression => ({ kind: 'reduce', operator: 'sum', of, axes }),
  largest: (of: Expression, axes: readonly number[]): Expression => ({ kind: 'reduce', operator: 'maximum', of, axes }),
  smallest: (of: Expression, axes: readonly number[]): Expression => ({
    kind: 'reduce',
    operator: 'minimum',
    of,
    axes,
  }),
  softmax: (of: Expression): Expression => ({ kind: 'softmax', of }),
  logSoftmax: (of: Expression): Expression => ({ kind: 'logSoftmax', of }),
  sortDescending: (of: Expression, count?: number): Expression => ({
    kind: 'sortDescending',
    of,
    ...(count !== undefined && { count }),
  }),
  cumulativeSum: (of: Expression): Expression => ({ kind: 'cumulativeSum', of }),
  pick: (of: Expression, index: Expression): Expression => ({ kind: 'pick', of, index }),
  addAt: (of: Expression, index: Expression, by: number): Expression => ({ kind: 'addAt', of, index, by }),
  reshape: (of: Expression, dims: readonly number[]): Expression => ({ kind: 'reshape', of, dims }),
  transpose: (of: Expression, order: readonly number[]): Expression => ({ kind: 'transpose', of, order }),
  take: (of: Expression, axis: number, indices: readonly number[]): Expression => ({ kind: 'take', of, axis, indices }),
} as const;

function unary(operator: UnaryOperator, of: Expression): Expression {
  return { kind: 'unary', operator, of };
}

function binary(operator: BinaryOperator, left: Operand, right: Operand): Expression {
  return { kind: 'binary', operator, left: operand(left), right: operand(right) };
}

function operand(value: Operand): Expression {
  return typeof value === 'number' ? { kind: 'constant', value } : value;
}

/** The expressions that one is made of directly, in the order of its fields. */
export function operandsOf(of: Expression): readonly Expression[] {
  switch (of.kind) {
    case 'input':
    case 'tensor':
    case 'objective':
    case 'gradient':
    case 'constant':
      return [];
    case 'binary':
    case 'matrixProduct':
      return [of.left, of.right];
    case 'whereGreater':
      return [of.left, of.right, of.then, of.otherwise];
    case 'pick':
    case 'addAt':
      return [of.of, of.index];
    default:
      return [of.of];
  }
}

/** Every expression that some are made of, themselves included, each object once. */
export function expressionsWithin(roots: Iterable<Expression>): ReadonlySet<Expression> {
  const found = new Set(roots);
  // A set hands out what is added while it is walked.
  for (const one of found) for (const operand of operandsOf(one)) found.add(operand);
  return found;
}
